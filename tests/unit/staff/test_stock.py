"""Staff receive and count stock, and take movements back, each once."""

import re
from html import unescape
from itertools import pairwise

import httpx
import pytest
from litestar import Litestar

from shop.orders.tables import Order
from shop.staff import stock_page
from shop.staff.rights_repository import RightsRepository
from shop.staff.settings_repository import LOW_STOCK, SettingsRepository
from shop.staff.stock_move_repository import Before, Movement, StockMoveRepository
from shop.staff.stock_repository import StockRepository
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
    page = await chief.get(f"{path}/receive?number=5")
    assert "15" in page.text
    form = {**form_in(page.text, f"{path}/receive"), "reason": "차"}
    for _ in range(2):
        assert (await chief.post(f"{path}/receive", data=form)).status_code == 303
    assert await stock_of(product) == 15
    assert await actions_of(f"product:{product}") == [("stock.receive", "차")]


@pytest.mark.parametrize("amount", ["0", "-1", "1000001", "x", ""])
async def test_an_invalid_amount_is_refused(chief: SignedIn, amount: str) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    confirm = f"{path}/receive?number=5"
    refused = await send(chief, confirm, f"{path}/receive", amount=amount, reason="x")
    assert refused.status_code == 400
    assert await stock_of(product) == 10


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
async def test_a_reason_is_needed(chief: SignedIn, reason: str) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    confirm = f"{path}/receive?number=1"
    assert (await send(chief, confirm, f"{path}/receive", reason=reason)).status_code == 400
    confirm = f"{path}/count?number=7"
    assert (await send(chief, confirm, f"{path}/count", reason=reason)).status_code == 400
    assert await stock_of(product) == 10


async def test_a_count_shows_the_difference_first(
    chief: SignedIn, alice: httpx.AsyncClient
) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    confirm = f"{path}/count?number=7"
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
    form = form_in((await chief.get(f"{path}/count?number=7")).text, f"{path}/count")
    await bought(alice, (product, 1))
    refused = await chief.post(f"{path}/count", data={**form, "reason": "x"})
    assert refused.status_code == 400
    assert await stock_of(product) == 9


@pytest.mark.parametrize("number", ["-1", "1000001", "x", ""])
async def test_an_invalid_quantity_is_refused(chief: SignedIn, number: str) -> None:
    product = await make_product(stock=10)
    for form in ("receive", "count"):
        page = await chief.get(f"/staff/stock/{product}/{form}?number={number}")
        assert page.status_code == 400


async def received(chief: SignedIn, product: int, amount: int, reason: str = "차") -> None:
    path = f"/staff/stock/{product}"
    await send(chief, f"{path}/receive?number={amount}", f"{path}/receive", reason=reason)


@pytest.mark.parametrize(("language", "said"), [("ko", "되돌림: 차"), ("en", "Undone: 차")])
async def test_a_movement_is_undone_once(chief: SignedIn, language: str, said: str) -> None:
    chief.headers["Accept-Language"] = language
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    await received(chief, product, 5)
    opened_elsewhere = form_in((await chief.get(path)).text, f"{path}/undo")
    page = await send(chief, path, f"{path}/undo")
    assert said in page.text
    assert await stock_of(product) == 10
    assert await actions_of(f"product:{product}") == [("stock.receive", "차"), ("stock.undo", said)]
    opened_elsewhere["form_key"] = "k" * 20
    assert (await chief.post(f"{path}/undo", data=opened_elsewhere)).status_code == 400
    assert await stock_of(product) == 10


async def test_an_undone_movement_and_its_counter_entry_cannot_be_undone(chief: SignedIn) -> None:
    product = await make_product(stock=0)
    path = f"/staff/stock/{product}"
    await received(chief, product, 5)
    page = await send(chief, path, f"{path}/undo")
    assert f'action="{path}/undo"' not in page.text
    newest = (await StockMoveRepository().movements(product, Before(), 1))[0][0]
    form = {"entry": newest.entry, "form_key": "k" * 20}
    assert (await chief.post(f"{path}/undo", data=form)).status_code == 400
    assert await stock_of(product) == 0


async def test_movements_with_sales_and_returns_add_up(
    chief: SignedIn, alice: httpx.AsyncClient
) -> None:
    product = await make_product(stock=10)
    order = await bought(alice, (product, 3))
    await received(chief, product, 5)
    assert (await alice.post(f"/api/v1/orders/{order['id']}/cancel")).status_code == 200
    await bought(alice, (product, 1))
    moves, rest = await StockMoveRepository().movements(product, Before(), 10)
    assert rest is None
    # All of one transaction here, so their times are equal and their order is not told.
    assert sorted(move.amount for move in moves) == [-3, -1, 3, 5, 10]
    assert moves[0].stock_after == await stock_of(product) == 14
    assert moves[-1].stock_after - moves[-1].amount == 0
    for later, earlier in pairwise(moves):
        assert later.stock_after - later.amount == earlier.stock_after


async def test_movements_with_parts_of_orders_that_came_back_add_up(
    app: Litestar, chief: SignedIn, alice: httpx.AsyncClient
) -> None:
    product, other = await make_product(stock=10), await make_product(stock=10)
    order = (await bought(alice, (product, 5), (other, 2)))["id"]
    items = [{"product_id": product, "quantity": 1}]
    address = f"/api/v1/orders/{order}"
    assert (await alice.post(f"{address}/cancel-items", json={"items": items})).status_code == 200
    page = f"/staff/orders/{order}"
    await send(chief, page, "/staff/orders/fulfil")
    for restock in ([product], []):
        items = [{"product_id": product, "quantity": 1}]
        asked = await alice.post(f"{address}/return-request", json={"items": items})
        take_in = f"{page}/returns/{asked.json()['id']}/take-in"
        await send(chief, page, take_in, quantity="1", restock=restock)
    moves, _ = await StockMoveRepository().movements(product, Before(), 10)
    # One cancelled, one returned into stock; the other one that came back was thrown away.
    assert sorted(move.amount for move in moves) == [-5, 1, 1, 10]
    assert moves[0].stock_after == await stock_of(product) == 7
    for later, earlier in pairwise(moves):
        assert later.stock_after - later.amount == earlier.stock_after
    assert moves[-1].stock_after == moves[-1].amount


async def test_movements_page_by_key_with_their_running_total(
    chief: SignedIn, alice: httpx.AsyncClient
) -> None:
    product = await make_product(stock=50)
    for _ in range(4):
        await bought(alice, (product, 2))
        await received(chief, product, 1)
    whole, _ = await StockMoveRepository().movements(product, Before(), 100)
    paged: list[Movement] = []
    before: Before | None = Before()
    while before:
        some, before = await StockMoveRepository().movements(product, before, 2)
        paged += some
    assert paged == whole
    assert len(paged) == 9


async def test_the_page_of_movements_goes_on(
    chief: SignedIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stock_page, "ROWS", 2)
    product = await make_product(stock=7)
    for amount in (1, 2, 3):
        await received(chief, product, amount)
    page = (await chief.get(f"/staff/stock/{product}")).text
    assert "+3" in page
    assert "+7" not in page
    [more] = re.findall(r'href="([^"]+)" rel="next"', page)
    assert "+7" in (await chief.get(unescape(more))).text
    assert (await chief.get(f"/staff/stock/{product}?cursor=nonsense")).status_code == 400


async def test_a_threshold_says_when_stock_is_low(chief: SignedIn) -> None:
    mug, cup = await make_product("머그", stock=8), await make_product("컵", stock=8)
    assert "머그" not in (await chief.get("/staff/stock?show=low")).text
    path = f"/staff/stock/{mug}"
    await send(chief, path, f"{path}/threshold", threshold="8")
    low = (await chief.get("/staff/stock?show=low")).text
    assert ("머그" in low, "컵" in low) == (True, False)
    await SettingsRepository().set(LOW_STOCK, 10)
    await StockRepository().set_threshold(mug, 0)
    low = (await chief.get("/staff/stock?show=low")).text
    assert ("머그" in low, "컵" in low) == (False, True)
    await send(chief, path, f"{path}/threshold", threshold="")
    assert "머그" in (await chief.get("/staff/stock?show=low")).text
    assert cup
    assert ("stock.threshold", "") in await actions_of(f"product:{mug}")


@pytest.mark.parametrize("threshold", ["-1", "1.5", "x", "1000001", "9" * 9])
async def test_an_invalid_threshold_is_refused(chief: SignedIn, threshold: str) -> None:
    product = await make_product()
    form = {"threshold": threshold, "form_key": "k" * 20}
    answer = await chief.post(f"/staff/stock/{product}/threshold", data=form)
    assert answer.status_code == 400


async def test_the_last_movement_may_be_a_sale(chief: SignedIn, alice: httpx.AsyncClient) -> None:
    product = await make_product(stock=10)
    await StockRepository().one(product)
    order = await bought(alice, (product, 1))
    await Order.raw(
        "UPDATE orders SET created_at = now() + interval '1 hour' WHERE id = {}", order["id"]
    )
    row = await StockRepository().one(product)
    placed = (await Order.raw("SELECT created_at FROM orders"))[0]["created_at"]
    assert row is not None
    assert row.moved_at == placed


async def test_sales_count_by_their_age(chief: SignedIn, alice: httpx.AsyncClient) -> None:
    product = await make_product(stock=50)
    orders = [await bought(alice, (product, number)) for number in (1, 2, 4, 8)]
    for order, days in zip(orders, (40, 20, 3, 0), strict=True):
        await Order.raw(
            "UPDATE orders SET created_at = now() - {} * interval '1 day' WHERE id = {}",
            days,
            order["id"],
        )
    row = await StockRepository().one(product)
    assert row is not None
    assert (row.week, row.month) == (12, 14)
