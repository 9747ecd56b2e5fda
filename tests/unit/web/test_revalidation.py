"""A guest's page outlives a commit where all that was read for it is as before, and only there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar
from piccolo.columns import Column
from piccolo.table import Table

from shop.database import DB
from shop.errors import InvalidInput, Unavailable
from shop.likes.tables import LikeCounter
from shop.products.facets import FACETS
from shop.products.tables import Product, ProductTerms, Stock
from shop.repeated import RepeatedQueries
from shop.web.cache.revalidation import Revalidator
from tests.cast import Cast, make_options, make_product, make_user, make_value
from tests.unit.web.cache_clients import Counting, client

pytestmark = pytest.mark.committed

LISTS = [
    "/",
    "/?lang=en",
    "/?q=ㅂㄹ",
    "/?category=desk&sort=price_asc",
    "/?sort=likes",
    *(f"/?{facet.name}=desk&sort=likes" for facet in FACETS),
    "/api/v1/products",
    "/api/v1/products?lang=en",
]
OF_A_PRODUCT = ["/products/{}", "/products/{}?lang=en", "/api/v1/products/{}"]

Meanwhile = Callable[[], Awaitable[Any]]


@pytest.fixture
async def guest(shop: Counting, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    for facet in FACETS:
        await make_value(facet, "desk")
    async with client(shop) as found:
        yield found


async def test_unrelated_commits_invalidate_no_page(
    guest: httpx.AsyncClient, shop: Counting
) -> None:
    addresses = addresses_of(await make_product("벼루", name_en="Inkstone"))
    first = await answers(guest, addresses)
    for username in ("carol", "dave"):
        await make_user(username)
        assert await answers(guest, addresses) == first
    assert shop.asked == len(addresses)


# Written, and on no page. Few products are found by their text; `terms` would be read for many.
NOT_SHOWN = {"created_at", "version", "source", "terms", "words"}
VALUES = {facet.name: facet for facet in FACETS}
TABLES: list[type[Table]] = [
    *(Product, Stock, LikeCounter, ProductTerms),
    *(facet.table for facet in FACETS),
]
COLUMNS = [
    pytest.param(table, column, id=f"{table._meta.tablename}.{column._meta.name}")
    for table in TABLES
    for column in table._meta.columns
    if not column._meta.primary_key
    and column is not Product.lead  # the database does not let it change alone
]


@pytest.mark.parametrize(("table", "column"), COLUMNS)
async def test_pages_are_invalidated_by_each_column_that_they_show(
    guest: httpx.AsyncClient, shop: Counting, table: type[Table], column: Column
) -> None:
    """A product's own page, a neighbour's, and the lists, each as the shop would make it now."""
    desk = {facet.table: await make_value(facet, "desk") for facet in FACETS}
    for facet in FACETS:
        await make_value(facet, "tea")
    now = datetime.now(UTC)
    product = await make_product(
        "벼루",
        description_en="To rub ink on.",
        person_limit=5,
        limit_days=7,
        on_sale_from=now - timedelta(hours=1),
        on_sale_until=now + timedelta(days=9),
    )
    await make_options(product, "S", "M")
    addresses = addresses_of(product, await make_product("먹"))
    before = await answers(guest, addresses)

    of_it = table._meta.primary_key == desk.get(table, product)
    [row] = await table.select(column).where(of_it)
    value = await another(column, row[column._meta.name])
    await table.update({column: value}).where(of_it)

    after = await answers(guest, addresses)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(shop), base_url="http://shop.test")
    assert after == await answers(client, addresses)
    assert (after != before) is (column._meta.name not in NOT_SHOWN)


async def another(column: Column, value: Any) -> Any:
    if column is Product.delivery:
        return "parcel"
    if facet := VALUES.get(column._meta.name):
        desk = await make_value(facet, "desk")
        return desk if value != desk else await make_value(facet, "tea")
    return OTHERS[type(value)](value)


OTHERS: dict[type, Callable[[Any], Any]] = {
    bool: lambda value: not value,
    int: lambda value: value + 1,
    str: lambda value: f"{value[::-1]}x",
    type(None): lambda _: "another.svg",
    datetime: lambda value: value + timedelta(days=1),
    list: lambda value: value[1:],
}


def addresses_of(*products: int) -> list[str]:
    return [*LISTS, *(path.format(product) for product in products for path in OF_A_PRODUCT)]


async def answers(client: httpx.AsyncClient, addresses: list[str]) -> list[tuple[int, str]]:
    found = [await client.get(path) for path in addresses]
    return [(answer.status_code, answer.text) for answer in found]


class Shown:
    """A page of one product's price, which is changed by `meanwhile` while it is being made."""

    def __init__(self, app: Litestar, product: int, meanwhile: Meanwhile) -> None:
        self.app, self.product, self.meanwhile, self.asked = app, product, meanwhile, 0

    async def price(self) -> int:
        [row] = await Product.select(Product.price).where(Product.id == self.product)
        return int(row["price"])

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        before = await self.price()
        await self.meanwhile()
        body = f"{before} {await self.price()}".encode()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": body})


async def test_a_change_during_rendering_is_seen_afterwards(app: Litestar, cast: Cast) -> None:
    product, prices = await make_product(price=1), iter([2])

    async def change() -> None:
        for price in prices:
            connection = await DB.get_new_connection()  # somebody else's
            await connection.execute("UPDATE products SET price = $1", price)
            await connection.close()

    shop: Any = Shown(app, product, change)
    async with client(shop) as guest:
        assert [(await guest.get("/")).text for _ in range(3)] == ["1 2", "2 2", "2 2"]
    assert shop.asked == 2


async def test_writes_failures_and_transactions_are_not_replayable(
    app: Litestar, cast: Cast
) -> None:
    product = await make_product()

    async def write() -> None:
        await Product.update({Product.price: Product.price + 1}).where(Product.id == product)

    async def read_within() -> None:
        async with DB.transaction():
            await Product.select(Product.price)

    async def fail() -> None:
        with suppress(InvalidInput):
            await Product.raw("SELECT 1 / 0")

    for meanwhile in (write, read_within, fail):
        shop: Any = Shown(app, product, meanwhile)
        async with client(shop) as guest:
            for number in range(2):
                await make_user(f"{meanwhile.__name__}-{number}")
                await guest.get("/")
        assert shop.asked == 2


class Fetching:
    """The database, and the statements that it was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Any]] = []

    async def __call__(self, sql: str, args: Any) -> Any:
        self.sent.append((sql, args))
        return await DB.fetch(sql, args)


async def test_a_shared_query_is_sent_once(shop: Counting, cast: Cast) -> None:
    fetch, product, now = Fetching(), await make_product("벼루", name_en="Inkstone"), ["a"]
    paths = [f"/products/{product}", f"/products/{product}?lang=en", f"/products/{product}?lang=ko"]

    async def state() -> str:
        return now[0]

    async with client(shop, state, fetch) as guest:
        await answers(guest, paths)
        now[0] = "b"
        await asyncio.gather(*(guest.get(path) for path in paths * 5))
    assert shop.asked == len(paths)
    assert len(fetch.sent) == len(set(fetch.sent)) > 0


async def test_a_result_is_valid_for_its_snapshot_only(guest: httpx.AsyncClient) -> None:
    path = f"/products/{await make_product(price=7_000)}"
    await guest.get(path)
    for price in (8_000, 9_000):
        await make_user(f"somebody-{price}")
        await guest.get(path)
        await Product.update({Product.price: price}).where(Product.id > 0)
        assert f"{price:,}" in (await guest.get(path)).text


async def test_concurrent_requests_render_a_changed_page_once(
    guest: httpx.AsyncClient, shop: Counting
) -> None:
    path = f"/products/{await make_product(price=7_000)}"
    await guest.get(path)
    await Product.update({Product.price: 8_000}).where(Product.id > 0)
    found = await asyncio.gather(*(guest.get(path) for _ in range(20)))
    assert [answer for answer in found if "8,000" not in answer.text] == []
    assert shop.asked == 2


async def test_without_a_snapshot_the_cache_is_bypassed(shop: Counting, cast: Cast) -> None:
    async def gone(_: str, __: Any) -> Any:
        raise Unavailable("gone")

    async with client(shop, fetch=gone) as guest:
        for username in ("carol", "dave"):
            await make_user(username)
            assert (await guest.get("/")).status_code == 200
    assert shop.asked == 2


async def test_a_response_without_queries_is_not_cached() -> None:
    assert not await Revalidator(RepeatedQueries(DB.fetch)).is_fresh((), "a state")
