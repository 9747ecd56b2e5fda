"""Staff receive and count stock, and take movements back, each once."""

import httpx
import pytest
from litestar import Litestar

from shop.staff.rights_repository import RightsRepository
from tests.cast import Cast, SignedIn, make_product, make_user, sign_in, stock_of
from tests.unit.buying import bought
from tests.unit.staff.conftest import actions_of, form_in, send


@pytest.mark.parametrize("language", ["ko", "en"])
async def test_pages(chief: SignedIn, alice: httpx.AsyncClient, language: str) -> None:
    product = await make_product("머그", name_en="Mug", stock=10)
    await bought(alice, (product, 3))
    name = {"ko": "머그", "en": "Mug"}[language]
    for path in ("/staff/stock?", f"/staff/stock/{product}?", "/staff/stock?q=mug&"):
        page = await chief.get(f"{path}lang={language}")
        assert page.status_code == 200
        assert name in page.text
    assert name not in (await chief.get("/staff/stock?q=none")).text
    assert name not in (await chief.get("/staff/stock?show=sold-out")).text
    assert (await chief.get("/staff/stock/999")).status_code == 404


async def test_it_needs_the_right(app: Litestar, cast: Cast) -> None:
    product = await make_product()
    user_id = await make_user("porter", 0, admin=True)
    await RightsRepository().set(user_id, ["orders"])
    async with sign_in(app, "porter") as porter:
        assert (await porter.get("/staff/stock")).status_code == 404
        form = {"amount": 1, "reason": "x", "form_key": "k" * 20}
        refused = await porter.post(f"/staff/stock/{product}/receive", data=form)
        assert refused.status_code == 404


async def test_items_are_received_once(chief: SignedIn) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    form = {**form_in((await chief.get(path)).text, f"{path}/receive"), "amount": 5, "reason": "차"}
    for _ in range(2):
        assert (await chief.post(f"{path}/receive", data=form)).status_code == 303
    assert await stock_of(product) == 15
    assert await actions_of(f"product:{product}") == [("stock.receive", "차")]


@pytest.mark.parametrize("amount", ["0", "-1", "1000001", "x", ""])
async def test_what_is_no_amount_is_refused(chief: SignedIn, amount: str) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    refused = await send(chief, path, f"{path}/receive", amount=amount, reason="x")
    assert refused.status_code == 400
    assert await stock_of(product) == 10


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
async def test_a_reason_is_needed(chief: SignedIn, reason: str) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    assert (await send(chief, path, f"{path}/receive", amount=1, reason=reason)).status_code == 400
    confirm = f"{path}/count?counted=7"
    assert (await send(chief, confirm, f"{path}/count", reason=reason)).status_code == 400
    assert await stock_of(product) == 10


async def test_a_count_shows_the_difference_first(
    chief: SignedIn, alice: httpx.AsyncClient
) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    confirm = f"{path}/count?counted=7"
    assert "-3" in (await chief.get(confirm)).text
    assert await stock_of(product) == 10
    await send(chief, confirm, f"{path}/count", reason="실사")
    assert await stock_of(product) == 7
    assert await actions_of(f"product:{product}") == [("stock.count", "실사")]


async def test_a_count_is_refused_if_the_stock_has_changed(
    chief: SignedIn, alice: httpx.AsyncClient
) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    form = form_in((await chief.get(f"{path}/count?counted=7")).text, f"{path}/count")
    await bought(alice, (product, 1))
    refused = await chief.post(f"{path}/count", data={**form, "reason": "x"})
    assert refused.status_code == 400
    assert await stock_of(product) == 9


async def test_a_movement_is_undone_once(chief: SignedIn) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    await send(chief, path, f"{path}/receive", amount=5, reason="wrong product")
    page = await send(chief, path, f"{path}/undo")
    assert page.status_code == 200
    assert await stock_of(product) == 10
    first = [name for name, _ in await actions_of(f"product:{product}")]
    assert first == ["stock.receive", "stock.undo"]
    await send(chief, path, f"{path}/undo")  # the newest is the counter-entry
    entries = [name for name, _ in await actions_of(f"product:{product}")]
    assert entries == ["stock.receive", "stock.undo", "stock.undo"]
    assert await stock_of(product) == 15
