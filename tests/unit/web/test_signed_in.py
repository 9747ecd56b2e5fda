"""A signed-in user's page: few queries, and nothing on it is late."""

import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from shop.points.tables import PointBalance
from shop.products.tables import Stock
from shop.query_log import recording
from shop.users import known
from shop.users.tables import Session
from tests.cast import Cast, SignedIn, edit_product, make_product
from tests.unit.buying import bought
from tests.unit.conftest import header_client

pytestmark = pytest.mark.committed


@pytest.mark.parametrize("path", ["/likes", "/points", "/cart"])
async def test_the_session_and_the_counters_are_one_query(
    browser_of_alice: SignedIn, path: str
) -> None:
    with recording() as log:
        assert (await browser_of_alice.get(path)).status_code == 200
    asked = [read.query.sql for read in log._reads]
    assert [sql for sql in asked if "cart_count" in sql] == [sql for sql in asked if "token" in sql]
    assert len([sql for sql in asked if "cart_count" in sql]) == 1


async def test_the_counters_show_every_finished_write(
    browser_of_alice: SignedIn, cast: Cast
) -> None:
    product = await make_product("벼루", price=7_000)
    assert '<span class="count">' not in (await browser_of_alice.get("/")).text
    for count in (1, 2, 3):
        form = {"product_id": product, "quantity": 1}
        htmx = {"HX-Request": "true"}
        fragment = await browser_of_alice.post("/cart/items", data=form, headers=htmx)
        page = (await browser_of_alice.get("/")).text
        for shown in (fragment.text, page):
            assert f'<span class="count">{count}</span>' in shown
    await PointBalance.update(balance=12_345).where(PointBalance.user == cast.alice)
    assert "<b>12,345</b>" in (await browser_of_alice.get("/")).text


async def test_a_session_that_has_ended_shows_no_counters(browser_of_alice: SignedIn) -> None:
    assert "counters__points" in (await browser_of_alice.get("/")).text
    await Session.delete(force=True)
    assert "counters__points" not in (await browser_of_alice.get("/")).text


PATHS = ("/", "/products/{id}", "/api/v1/products", "/api/v1/products/{id}")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("by_header", [False, True])
async def test_in_a_quiet_shop_a_page_seen_before_takes_one_query(
    alice: httpx.AsyncClient, browser_of_alice: SignedIn, path: str, by_header: bool
) -> None:
    client = alice if by_header else browser_of_alice
    path = path.format(id=await make_product("벼루"))
    first = await client.get(path)
    with recording() as log:
        again = await client.get(path)
    assert (again.status_code, log.sent) == (200, 1)
    assert tokenless(again) == tokenless(first)


@pytest.mark.parametrize("lines", [1, 4])
async def test_a_page_of_the_buyer_takes_few_queries_however_many_lines_it_has(
    browser_of_alice: SignedIn, cast: Cast, lines: int
) -> None:
    products = [await make_product(f"벼루 {number}", person_limit=9) for number in range(lines)]
    await bought(browser_of_alice, *((product, 1) for product in products))
    for product in products:
        form = {"product_id": product, "quantity": 1}
        await browser_of_alice.post("/cart/items", data=form)
    # Each begins with the session; the checkout asks whether its key has an order.
    pages = {"/orders/1": 2, "/orders": 2, "/api/v1/orders/1": 2, "/cart": 2, "/checkout?key=k": 3}
    for path, queries in pages.items():
        with recording() as log:
            assert "벼루 0" in (await browser_of_alice.get(path)).text
        assert log.sent == queries, path


async def like(client: httpx.AsyncClient, product: int) -> None:
    assert (await client.post(f"/api/v1/products/{product}/likes")).status_code == 200


async def unlike(client: httpx.AsyncClient, product: int) -> None:
    assert (await client.delete(f"/api/v1/products/{product}/likes")).status_code == 200


async def sell(_: httpx.AsyncClient, product: int) -> None:
    await Stock.update(quantity=3).where(Stock.product == product)


async def edit(_: httpx.AsyncClient, product: int) -> None:
    await edit_product(product, price=8_100, name="먹")


async def withdraw(_: httpx.AsyncClient, product: int) -> None:
    await edit_product(product, active=False)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("write", [like, unlike, sell, edit, withdraw])
@pytest.mark.parametrize("many_likes", [False, True])
async def test_a_cached_response_equals_an_uncached_one(
    app: Litestar,
    cast: Cast,
    browser_of_alice: SignedIn,
    monkeypatch: pytest.MonkeyPatch,
    path: str,
    write: Callable[[httpx.AsyncClient, int], Awaitable[None]],
    many_likes: bool,
) -> None:
    if many_likes:  # more than are read with the session
        monkeypatch.setattr(known, "MOST_LIKES", 0)
    product, other = await make_product("벼루"), await make_product("붓")
    path = path.format(id=product)
    async with header_client(app, cast.alice) as alice, header_client(app, cast.bob) as bob:
        await like(alice, other)
        await like(bob, product)
        if write is unlike:
            await like(alice, product)
        before = await browser_of_alice.get(path)
        assert hearts(await browser_of_alice.get(path)) == hearts(before)
        await write(alice, product)
        shown, read = await browser_of_alice.get(path), await alice.get(path)
    assert shown.status_code == read.status_code
    assert hearts(shown) == hearts(read)
    assert tokenless(shown) == tokenless(read)
    assert tokenless(shown) != tokenless(before)


def hearts(answer: httpx.Response) -> list[str]:
    return re.findall(r'aria-pressed="(\w+)"|"liked":(\w+)', answer.text)


def tokenless(answer: httpx.Response) -> str:
    """Without what differs between two answers of the same content."""
    text = re.sub(r'<input type="hidden" name="(_csrf_token|form_key)"[^>]*>', "", answer.text)
    text = re.sub(r'<input id="form-key"[^>]*>', "", text)
    return re.sub(r' name="_csrf_token" value="\w+"|"instance":"[^"]*"|\n *(?=\n)', "", text)
