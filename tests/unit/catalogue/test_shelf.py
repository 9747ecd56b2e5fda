"""Lists of products in JSON: category, sort order and paging, alone and with a search."""

from typing import Any

import httpx
import pytest

from shop.likes.tables import LikeCounter
from tests.cast import edit_product, make_category, make_product
from tests.unit.buying import code_of, pages

PRODUCTS = "/api/v1/products"


async def walked(client: httpx.AsyncClient, limit: int = 3, **query: Any) -> list[int]:
    return [item["id"] async for page in pages(client, PRODUCTS, limit, **query) for item in page]


async def test_a_product_is_as_the_contract_shows_it(guest: httpx.AsyncClient) -> None:
    product = await make_product(price=1_000, stock=7, likes=4, picture="pencil.svg")
    shown = {
        "id": product,
        "name": "연필",
        "description": "검은 연필",
        "price": 1_000,
        "stock": 7,
        "category": "desk",
        "image_url": "/media/pencil.svg",
        "like_count": 4,
        "liked": False,
        "delivery": "desk",
        "options": [],
    }
    assert (await guest.get(f"{PRODUCTS}/{product}")).json() == shown
    assert (await guest.get(PRODUCTS)).json() == {"items": [shown], "next_cursor": None}


async def test_names_are_english_for_english_clients(guest: httpx.AsyncClient) -> None:
    product = await make_product("붓", name_en="Brush", description_en="Of hair")
    only_korean = await make_product("벼루", name_en="")
    guest.headers["Accept-Language"] = "en"
    one = (await guest.get(f"{PRODUCTS}/{product}")).json()
    assert (one["name"], one["description"]) == ("Brush", "Of hair")
    assert (await guest.get(f"{PRODUCTS}/{only_korean}")).json()["name"] == "벼루"


async def test_liked_is_that_of_the_user(
    guest: httpx.AsyncClient, alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    product = await make_product()
    await alice.post(f"{PRODUCTS}/{product}/likes")
    seen = []
    for viewer in (guest, alice, bob):
        one = (await viewer.get(f"{PRODUCTS}/{product}")).json()
        [listed] = (await viewer.get(PRODUCTS)).json()["items"]
        assert listed == one
        seen.append((one["liked"], one["like_count"]))
    assert seen == [(False, 1), (True, 1), (False, 1)]


@pytest.mark.parametrize("product", ["0", "-1", "999999", str(2**63), str(10**30), "x", "1.0"])
async def test_no_such_product_is_404(guest: httpx.AsyncClient, product: str) -> None:
    answer = await guest.get(f"{PRODUCTS}/{product}")
    assert answer.status_code == 404
    assert code_of(answer) in ("product-not-found", "not-found")


async def test_a_withdrawn_product_is_in_no_list(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    await alice.post(f"{PRODUCTS}/{product}/likes")
    await edit_product(product, active=False)
    assert (await alice.get(f"{PRODUCTS}/{product}")).status_code == 404
    assert (await alice.get(f"/products/{product}")).status_code == 404
    assert await walked(alice) == []
    assert (await alice.get("/api/v1/likes")).json()["items"] == []


# Category and sort


async def test_a_category_shows_its_own(guest: httpx.AsyncClient) -> None:
    pencil, _ = await make_product(), await make_product(category="kitchen")
    assert await walked(guest, category="desk") == [pencil]


async def test_an_empty_category_is_an_empty_page(guest: httpx.AsyncClient) -> None:
    await make_category("empty", "빈 곳")
    assert await walked(guest, category="empty") == []


@pytest.mark.parametrize("sort", ["newest", "price_asc", "price_desc", "likes"])
async def test_ties_are_paged_without_repeats_or_gaps(guest: httpx.AsyncClient, sort: str) -> None:
    """Three prices and three like counts for eleven products."""
    made = [
        (await make_product(price=1_000 + number % 3, likes=number % 3), number % 3)
        for number in range(11)
    ]
    newest = sorted((id_ for id_, _ in made), reverse=True)
    expected = {
        "newest": newest,
        "price_asc": [id_ for id_, _ in sorted(made, key=lambda row: (row[1], row[0]))],
        "price_desc": [id_ for id_, _ in sorted(made, key=lambda row: (-row[1], -row[0]))],
        "likes": [id_ for id_, _ in sorted(made, key=lambda row: (-row[1], -row[0]))],
    }
    for limit in (1, 2, 4, 100):
        assert await walked(guest, limit, sort=sort) == expected[sort]


@pytest.mark.parametrize("sort", ["newest", "price_asc", "price_desc", "likes"])
async def test_search_category_and_sort_work_together(guest: httpx.AsyncClient, sort: str) -> None:
    wanted = [
        await make_product(f"연필 {number}", price=number + 1, likes=number) for number in range(5)
    ]
    await make_product("연필", category="kitchen")
    await make_product("지우개", name_en="Eraser", description="")
    rising = sort == "price_asc"
    assert await walked(guest, 2, sort=sort, q="연필", category="desk") == (
        wanted if rising else wanted[::-1]
    )


@pytest.mark.parametrize("sort", ["newest", "price_asc", "price_desc", "likes"])
async def test_new_products_hide_no_others_from_the_pages(
    guest: httpx.AsyncClient, sort: str
) -> None:
    """New rows arrive before, at and behind the reader's place after every page."""
    there = {await make_product(price=1_000 + n % 3, likes=n % 3) for n in range(9)}
    seen: list[int] = []
    async for page in pages(guest, PRODUCTS, 2, sort=sort):
        seen += [item["id"] for item in page]
        if len(seen) < 9:
            for n in range(3):
                await make_product(price=1_000 + n, likes=n)
    assert len(seen) == len(set(seen))
    assert there <= set(seen)


async def test_withdrawn_products_hide_no_others_from_the_pages(guest: httpx.AsyncClient) -> None:
    products = [await make_product() for _ in range(6)]
    seen: list[int] = []
    async for page in pages(guest, PRODUCTS, 2):
        seen += [item["id"] for item in page]
        await edit_product(page[-1]["id"], active=False)
    assert seen == products[::-1]


async def test_likes_are_counted_into_the_order_at_once(
    guest: httpx.AsyncClient, alice: httpx.AsyncClient
) -> None:
    first, second = await make_product(), await make_product()
    assert await walked(guest, sort="likes") == [second, first]
    await alice.post(f"{PRODUCTS}/{first}/likes")
    assert await walked(guest, sort="likes") == [first, second]


# My likes


async def test_my_likes_are_paged_the_latest_first(alice: httpx.AsyncClient) -> None:
    products = [await make_product() for _ in range(5)]
    for product in (*products[2:], *products[:2]):
        await alice.post(f"{PRODUCTS}/{product}/likes")
    ids = [item["id"] async for page in pages(alice, "/api/v1/likes", 2) for item in page]
    assert ids == [products[n] for n in (1, 0, 4, 3, 2)]


async def test_likes_of_a_guest_are_401(guest: httpx.AsyncClient) -> None:
    assert (await guest.get("/api/v1/likes?limit=x")).status_code == 401


# What does not fit


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=x", "limit"),
        ("limit=99999999999999999999", "limit"),
        ("sort=cheapest", "sort"),
        ("category=nowhere", "category"),
        ("q=" + "x" * 101, "q"),
        ("cursor=x", "cursor"),
        ("cursor=W10", "cursor"),
        ("cursor=bnVsbA", "cursor"),
        ("cursor=" + "A" * 2_000, "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=%ED%82%A4", "cursor"),
    ],
)
async def test_invalid_parameters_are_400_and_named(
    guest: httpx.AsyncClient, query: str, field: str
) -> None:
    answer = await guest.get(f"{PRODUCTS}?{query}")
    assert (answer.status_code, code_of(answer)) == (400, "invalid-input")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    of_page = 404 if query == "category=nowhere" else 400
    assert (await guest.get(f"/?{query}")).status_code == of_page


async def test_an_unstorable_category_is_400(guest: httpx.AsyncClient) -> None:
    assert (await guest.get(f"{PRODUCTS}?category=%00")).status_code == 400


@pytest.mark.parametrize("other", [{"sort": "likes"}, {"q": "연"}, {"category": "desk"}])
async def test_a_cursor_belongs_to_its_own_list(
    guest: httpx.AsyncClient, other: dict[str, str]
) -> None:
    for _ in range(2):
        await make_product()
    cursor = (await guest.get(f"{PRODUCTS}?limit=1")).json()["next_cursor"]
    answer = await guest.get(PRODUCTS, params={**other, "cursor": cursor})
    assert answer.status_code == 400


async def test_every_sort_key_is_an_exact_number(guest: httpx.AsyncClient) -> None:
    """Beyond what a float can hold."""
    products = [await make_product() for _ in range(3)]
    for number, product in enumerate(products):
        await LikeCounter.update({LikeCounter.like_count: 2**53 + number}).where(
            LikeCounter.product == product
        )
    assert await walked(guest, 1, sort="likes") == products[::-1]
