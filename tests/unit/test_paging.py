"""Lists are paged by key: each row once, in order, even if rows are added and deleted meanwhile."""

from typing import Any

import httpx
import pytest

from shop.errors import InvalidInput
from shop.likes.tables import LikeCounter
from shop.paging import MAX_INT, decode_cursor, encode_cursor, page_of
from tests.cast import make_product


@pytest.mark.parametrize("keys", [[0], [1, 2], [-5, MAX_INT], [-MAX_INT]])
@pytest.mark.parametrize("order", ["orders", "newest:desk:연필", 'a"b\\c', "\x01" * 100, ""])
def test_a_cursor_decodes_to_the_encoded_position(order: str, keys: list[int]) -> None:
    assert decode_cursor(encode_cursor(order, keys), order, len(keys)) == keys


def test_a_cursor_fits_into_a_url() -> None:
    cursor = encode_cursor("newest::연필?&=+/", [MAX_INT])
    assert cursor == "".join(char for char in cursor if char.isalnum() or char in "-_")


@pytest.mark.parametrize("text", [None, ""])
def test_no_cursor_means_the_first_page(text: str | None) -> None:
    assert decode_cursor(text, "orders") is None


@pytest.mark.parametrize(("order", "keys"), [("another", 1), ("orders", 2), ("orders", 0)])
def test_another_lists_cursor_is_refused(order: str, keys: int) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor(encode_cursor("orders", [7]), order, keys)


@pytest.mark.parametrize("key", [2**63, -(2**63), 10**30])
def test_a_key_beyond_64_bits_is_refused(key: int) -> None:
    with pytest.raises(InvalidInput):
        decode_cursor(encode_cursor("orders", [key]), "orders")


def test_the_extra_row_only_shows_that_there_is_a_next_page() -> None:
    page = page_of([5, 4, 3], 2, "orders", lambda row: [row])
    assert page.items == [5, 4]
    assert decode_cursor(page.next_cursor, "orders") == [4]


@pytest.mark.parametrize("rows", [[], [5], [5, 4]])
def test_the_last_page_has_no_next(rows: list[int]) -> None:
    page = page_of(rows, 2, "orders", lambda row: [row])
    assert (page.items, page.next_cursor) == (rows, None)


# Lists, walked through from page to page.


async def walk(client: httpx.AsyncClient, path: str, **params: Any) -> list[dict[str, Any]]:
    """All of a list, page by page."""
    rows: list[dict[str, Any]] = []
    while True:
        answer = await client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        assert set(page) == {"items", "next_cursor"}
        assert len(page["items"]) <= params.get("limit", 24)
        rows += page["items"]
        if page["next_cursor"] is None:
            return rows
        assert page["items"], "a page with nothing on it says that there is more"
        params["cursor"] = page["next_cursor"]


@pytest.fixture
async def shelf(database: None) -> list[int]:
    """Eleven products in two categories, with prices and likes that many of them share."""
    made = []
    for number in range(11):
        product = await make_product(
            f"물건 {number}",
            price=1_000 * (1 + number % 3),
            category=("desk", "home")[number % 2],
            likes=number % 4,
        )
        made.append(product)
    return made


def keys(sort: str, row: dict[str, Any]) -> tuple[int, ...]:
    by: dict[str, tuple[int, ...]] = {
        "newest": (-row["id"],),
        "price_asc": (row["price"], row["id"]),
        "price_desc": (-row["price"], -row["id"]),
        "likes": (-row["like_count"], -row["id"]),
    }
    return by[sort]


SORTS = ["newest", "price_asc", "price_desc", "likes"]


@pytest.mark.parametrize("limit", [1, 2, 5, 11, 100])
@pytest.mark.parametrize("sort", SORTS)
async def test_each_product_comes_once_and_in_order(
    guest: httpx.AsyncClient, shelf: list[int], sort: str, limit: int
) -> None:
    rows = await walk(guest, "/api/v1/products", sort=sort, limit=limit)
    assert sorted(row["id"] for row in rows) == shelf
    assert rows == sorted(rows, key=lambda row: keys(sort, row))


@pytest.mark.parametrize("sort", SORTS)
async def test_order_category_and_words_work_together(
    guest: httpx.AsyncClient, shelf: list[int], sort: str
) -> None:
    await make_product("다른 것", category="desk")
    rows = await walk(guest, "/api/v1/products", sort=sort, category="desk", q="물건", limit=2)
    assert sorted(row["id"] for row in rows) == shelf[::2]
    assert rows == sorted(rows, key=lambda row: keys(sort, row))


@pytest.mark.parametrize("q", ["🖊" * 100, "연필" + "\x01" * 98, '"\\' * 50])
async def test_the_longest_search_has_a_next_page(guest: httpx.AsyncClient, q: str) -> None:
    name = q.replace("\x01", "")
    made = [await make_product(name) for _ in range(3)]
    rows = await walk(guest, "/api/v1/products", q=q, limit=1)
    assert [row["id"] for row in rows] == made[::-1]


async def test_new_rows_do_not_shift_the_pages(guest: httpx.AsyncClient, shelf: list[int]) -> None:
    first = (await guest.get("/api/v1/products?limit=4")).json()
    await make_product("신상")
    rest = await walk(guest, "/api/v1/products", cursor=first["next_cursor"], limit=4)
    assert [row["id"] for row in first["items"] + rest] == shelf[::-1]


async def test_a_deleted_row_leaves_no_gap(guest: httpx.AsyncClient, shelf: list[int]) -> None:
    first = (await guest.get("/api/v1/products?sort=likes&limit=4")).json()
    last = first["items"][-1]["id"]
    await LikeCounter.update({LikeCounter.like_count: 0}).where(LikeCounter.product == last)
    rest = await walk(guest, "/api/v1/products", sort="likes", cursor=first["next_cursor"], limit=4)
    before = {row["id"] for row in first["items"]}
    assert before | {row["id"] for row in rest} == set(shelf)


async def test_likes_orders_and_entries_come_once_and_the_newest_first(
    alice: httpx.AsyncClient, shelf: list[int]
) -> None:
    for product in shelf[:5]:
        await alice.post(f"/api/v1/products/{product}/likes")
        body = {"items": [{"product_id": product, "quantity": 1}]}
        assert (await alice.post("/api/v1/orders", json=body)).status_code == 201
    likes = await walk(alice, "/api/v1/likes", limit=2)
    assert [row["id"] for row in likes] == shelf[:5][::-1]
    for path, count in (("/api/v1/orders", 5), ("/api/v1/points/entries", 6)):
        ids = [row["id"] for row in await walk(alice, path, limit=2)]
        assert len(ids) == count
        assert ids == sorted(set(ids), reverse=True)


@pytest.mark.parametrize("path", ["/api/v1/likes", "/api/v1/orders"])
async def test_an_empty_list_is_a_page(bob: httpx.AsyncClient, path: str) -> None:
    assert (await bob.get(path)).json() == {"items": [], "next_cursor": None}


async def test_a_list_shows_24_by_default(guest: httpx.AsyncClient) -> None:
    for _ in range(25):
        await make_product()
    page = (await guest.get("/api/v1/products")).json()
    assert len(page["items"]) == 24
    assert page["next_cursor"]


@pytest.mark.parametrize("limit", [1, 100])
async def test_the_limits_of_a_limit_are_within_it(guest: httpx.AsyncClient, limit: int) -> None:
    assert (await guest.get("/api/v1/products", params={"limit": limit})).status_code == 200
