"""Recorded queries that are sent again together find what each finds alone."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from shop.database import DB
from shop.errors import Unavailable
from shop.products.tables import Product, Stock
from shop.query_log import Query, digest
from shop.repeated import RepeatedQueries
from tests.cast import Cast, make_product
from tests.unit.web.cache_clients import Counting, client

pytestmark = pytest.mark.committed

BY_ID = "SELECT name, description FROM products WHERE $1::bigint = $1 AND id = $2"
NEWEST = "SELECT id, name FROM products WHERE id < $1 ORDER BY price DESC, id LIMIT 2"


class Fetching:
    """The database, and the statements that it was sent."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    async def __call__(self, sql: str, args: Sequence[Any]) -> Any:
        self.sent.append(sql)
        return await DB.fetch(sql, args)


async def alone(query: Query) -> bytes:
    return digest(await DB.fetch(*query))


async def test_together_each_query_has_its_own_result(cast: Cast) -> None:
    products = [await make_product(f"Cup {n}", price=n) for n in range(1, 8)]
    queries = [
        *(Query(BY_ID, (0, product)) for product in (*products, 10_000_000)),
        *(Query(NEWEST, (product,)) for product in products),
        Query("SELECT name FROM products WHERE name = $1", ("Cup 3",)),
        Query("SELECT count(*) FROM products", ()),
    ]
    fetch = Fetching()
    repeated = RepeatedQueries(fetch)

    found = await asyncio.gather(*map(repeated.digest, queries * 2))

    assert found == [await alone(query) for query in queries] * 2
    assert len(fetch.sent) == 2 + 2 * 2  # two statements for all lookups, the others each


async def test_one_failing_query_fails_alone(cast: Cast) -> None:
    product = await make_product()
    bad = Query("SELECT 1 / $1::bigint FROM products", (0,))
    good = [Query(BY_ID, (0, product)), Query("SELECT 1 / $1::bigint FROM products", (1,))]
    repeated = RepeatedQueries(DB.fetch)

    found = await asyncio.gather(*map(repeated.digest, (bad, *good)), return_exceptions=True)

    assert isinstance(found[0], Exception)
    assert found[1:] == [await alone(query) for query in good]


async def test_an_unreachable_database_fails_all() -> None:
    async def fetch(sql: str, args: Sequence[Any]) -> Any:
        raise Unavailable("away")

    repeated = RepeatedQueries(fetch)
    found = await asyncio.gather(
        *(repeated.digest(Query(BY_ID, (0, product))) for product in range(5)),
        return_exceptions=True,
    )
    assert {type(error) for error in found} == {Unavailable}


async def test_many_product_pages_are_validated_by_few_statements(
    shop: Counting, cast: Cast
) -> None:
    products = [await make_product(f"Cup {n}") for n in range(30)]
    paths = [f"/products/{product}" for product in products]
    fetch = Fetching()
    async with client(shop, fetch=fetch) as guest:
        await get_all(guest, paths)
        await Stock.update({Stock.quantity: 1}).where(Stock.product == products[0])
        await Product.update({Product.name: "Mug"}).where(Product.id == products[1])
        pages = await get_all(guest, paths)

    assert "Mug" in pages[1]
    assert len(fetch.sent) < 10


async def test_pages_in_use_are_validated_before_they_are_requested(
    shop: Counting, cast: Cast
) -> None:
    products = [await make_product(f"Cup {n}") for n in range(5)]
    paths = [f"/products/{product}" for product in products]
    state, fetch = "a", Fetching()

    async def current() -> str:
        return state

    async with client(shop, current, fetch) as guest:
        await get_all(guest, paths)
        state = "b"
        await guest.get(paths[0])
        await asyncio.wait([task for task in asyncio.all_tasks() if task.get_name() == "refresh"])
        sent = len(fetch.sent)
        await get_all(guest, paths)
    assert len(fetch.sent) == sent
    assert shop.asked == len(paths)


async def test_a_product_page_outlives_orders_while_there_are_plenty(
    shop: Counting, cast: Cast
) -> None:
    product = await make_product(stock=100)
    async with client(shop) as guest:
        for stock, shown in (
            (100, "재고 있음"),
            (99, "재고 있음"),
            (3, "3개 남음"),
            (0, "지금은 품절"),
        ):
            await Stock.update({Stock.quantity: stock}).where(Stock.product == product)
            assert shown in (await guest.get(f"/products/{product}")).text
            exact = await guest.get(f"/api/v1/products/{product}")
            assert exact.json()["stock"] == stock
    assert shop.asked == 4 + 3  # JSON is rendered for each, the page not for 99


async def get_all(guest: httpx.AsyncClient, paths: list[str]) -> list[str]:
    return [response.text for response in await asyncio.gather(*map(guest.get, paths))]
