"""The list of what the viewer's points can buy, the dearest first."""

import re

import httpx
import pytest

from shop.points.tables import PointBalance
from tests.cast import Cast, SignedIn, make_product
from tests.unit.buying import pages

PRODUCTS = "/api/v1/products"


async def walked(client: httpx.AsyncClient, **query: str) -> list[int]:
    found = pages(client, PRODUCTS, 2, sort="affordable", **query)
    return [item["price"] async for page in found for item in page]


async def set_balance(user: int, points: int) -> None:
    await PointBalance.update({PointBalance.balance: points}).where(PointBalance.user == user)


@pytest.fixture
async def shelf(database: None) -> None:
    for price in (300, 100, 500, 200, 400):
        await make_product(f"연필 {price}", price=price, name_en="")
    await make_product("연필꽂이", price=150, category="kitchen")
    await make_product("지우개", price=50, description="")


@pytest.mark.parametrize(
    ("query", "prices"),
    [
        ({}, [300, 200, 150, 100, 50]),
        ({"category": "desk"}, [300, 200, 100, 50]),
        ({"q": "연필"}, [300, 200, 150, 100]),
        ({"q": "연필", "category": "kitchen"}, [150]),
    ],
)
async def test_no_product_costs_more_than_the_balance(
    alice: httpx.AsyncClient, cast: Cast, shelf: None, query: dict[str, str], prices: list[int]
) -> None:
    await set_balance(cast.alice, 300)
    assert await walked(alice, **query) == prices


async def test_the_list_follows_the_readers_own_balance(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient, cast: Cast, shelf: None
) -> None:
    await set_balance(cast.alice, 100)
    assert await walked(alice) == [100, 50]
    assert await walked(bob) == []
    await set_balance(cast.alice, 99)
    assert await walked(alice) == [50]


async def test_for_guests_it_is_the_list_by_price(guest: httpx.AsyncClient, shelf: None) -> None:
    assert await walked(guest) == [500, 400, 300, 200, 150, 100, 50]
    assert "sort=affordable" not in (await guest.get("/")).text


async def test_the_page_offers_it_and_leads_back(
    browser_of_alice: SignedIn, cast: Cast, shelf: None
) -> None:
    await set_balance(cast.alice, 300)
    assert "sort=affordable" in (await browser_of_alice.get("/?lang=en")).text
    page = (await browser_of_alice.get("/?sort=affordable&lang=en")).text
    assert "<h1>What your points can buy</h1>" in page
    assert "연필 400" not in page
    assert "연필 300" in page
    await set_balance(cast.alice, 10)
    assert (
        "Nothing is within your points yet."
        in (await browser_of_alice.get("/?sort=affordable&lang=en")).text
    )


def marked(page: str) -> list[int]:
    cards = re.findall(r'<li id="product-(\d+)"(.*?)</li>', page, re.DOTALL)
    return [int(id_) for id_, card in cards if "Within your points" in card]


async def test_cards_mark_products_within_the_readers_points(
    browser_of_alice: SignedIn, guest: httpx.AsyncClient, cast: Cast
) -> None:
    exact, cheap = await make_product(price=500), await make_product(price=100)
    await make_product(price=501)
    await make_product(price=1, stock=0)
    for points, within in ((500, [cheap, exact]), (499, [cheap]), (0, [])):
        await set_balance(cast.alice, points)
        assert marked((await browser_of_alice.get("/?lang=en")).text) == within
    assert marked((await guest.get("/?lang=en")).text) == []
    await set_balance(cast.alice, 500)
    assert marked((await browser_of_alice.get("/?lang=en&sort=affordable")).text) == []
