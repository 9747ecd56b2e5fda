"""A product has all its rows, and staff's edits keep them right."""

from typing import Any

import asyncpg
import httpx
import pytest

from shop.likes.tables import LikeCounter
from shop.products.tables import Product, ProductTerms, Stock
from tests.cast import Cast, all_at_once, edit_product, make_category, make_product

PRODUCTS = "/admin/api/tables/products/"
EDITS = [{"active": False}, {"active": True}, {"category": "books"}, {"category": "desk"}]
OUT_OF_STEP = """
    SELECT p.id FROM products p LEFT JOIN like_counters c ON c.product = p.id
    WHERE (c.category, c.listed) IS DISTINCT FROM (p.category, p.listed)
"""


async def most_liked(guest: httpx.AsyncClient, category: str) -> list[int]:
    query = {"sort": "likes", "category": category}
    answer = await guest.get("/api/v1/products", params=query)
    return [item["id"] for item in answer.json()["items"]]


async def test_a_new_product_has_all_its_rows(cast: Cast) -> None:
    product = await make_product(stock=0, active=False)
    tables = (Stock, LikeCounter, ProductTerms)
    assert [await table.count().where(table.product == product) for table in tables] == [1, 1, 1]
    assert await Product.raw(OUT_OF_STEP) == []


async def test_a_product_that_staff_edit_moves_between_the_lists(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    product, books = await make_product(likes=3), await make_category("books", "책")
    other = await make_product(category="books", likes=1)
    for columns, desk, shelf in (
        ({"category": books}, [], [product, other]),
        ({"active": False}, [], [other]),
        ({"active": True, "price": 5}, [], [product, other]),
    ):
        answer = await staff.patch(f"{PRODUCTS}{product}/", json=columns)
        assert answer.status_code == 200, answer.text
        found = [await most_liked(guest, category) for category in ("desk", "books")]
        assert found == [desk, shelf], columns
        assert await Product.raw(OUT_OF_STEP) == []


async def test_a_product_that_staff_add_is_in_its_lists(
    staff: httpx.AsyncClient, guest: httpx.AsyncClient
) -> None:
    columns = {"name": "새 상품", "price": 1, "category": await make_category("books", "책")}
    [row] = (await staff.post(PRODUCTS, json=columns)).json()
    assert await most_liked(guest, "books") == [row["id"]]
    assert await Product.raw(OUT_OF_STEP) == []


@pytest.mark.committed
async def test_edits_at_the_same_time_leave_the_counter_as_the_product(cast: Cast) -> None:
    product = await make_product()
    categories = {slug: await make_category(slug) for slug in ("books", "desk")}

    async def edit(columns: dict[str, Any]) -> None:
        given = {name: categories.get(value, value) for name, value in columns.items()}
        await edit_product(product, **given)

    assert await all_at_once(*(edit(columns) for columns in EDITS * 3)) == [None] * 12
    assert await Product.raw(OUT_OF_STEP) == []


async def test_a_counter_in_no_list_is_refused(cast: Cast) -> None:
    product = await make_product()
    await LikeCounter.delete().where(LikeCounter.product == product)
    with pytest.raises(asyncpg.NotNullViolationError):
        await LikeCounter.raw("INSERT INTO like_counters (product) VALUES ({})", product)
