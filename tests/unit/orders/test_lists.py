"""A user's orders: their own, the newest first, page by page."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from shop.orders.tables import Order
from tests.cast import make_product
from tests.unit.buying import bought, buy, code_of, pages

ORDERS = "/api/v1/orders"
HTMX = {"HX-Request": "true"}


async def test_orders_are_paged_the_newest_first(alice: httpx.AsyncClient) -> None:
    product = await make_product(price=1)
    placed = [(await bought(alice, (product, 1)))["id"] for _ in range(5)]
    found = [order["id"] async for page in pages(alice, ORDERS, 2) for order in page]
    assert found == placed[::-1]


async def test_a_list_shows_an_order_as_the_order_itself_does(alice: httpx.AsyncClient) -> None:
    order = await bought(alice, (await make_product(), 1), (await make_product(), 2))
    assert (await alice.get(ORDERS)).json() == {"items": [order], "next_cursor": None}


async def test_another_users_order_is_404_and_not_listed(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    order = await bought(alice, (await make_product(), 1))
    answer = await bob.get(f"{ORDERS}/{order['id']}")
    assert (answer.status_code, code_of(answer)) == (404, "order-not-found")
    assert (await bob.get(ORDERS)).json()["items"] == []


@pytest.mark.parametrize("order", [0, 999_999, -1, 2**63, 10**30])
async def test_no_such_order_is_404(alice: httpx.AsyncClient, order: int) -> None:
    assert (await alice.get(f"{ORDERS}/{order}")).status_code == 404
    assert (await alice.post(f"{ORDERS}/{order}/cancel")).status_code == 404


@pytest.mark.parametrize("path", ["", "/1"])
async def test_a_guest_is_401(guest: httpx.AsyncClient, path: str) -> None:
    assert (await guest.get(ORDERS + path)).status_code == 401


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "cursor=x", "cursor=W10"])
async def test_a_wrong_page_is_400(alice: httpx.AsyncClient, query: str) -> None:
    answer = await alice.get(f"{ORDERS}?{query}")
    assert (answer.status_code, code_of(answer)) == (400, "invalid-input")


async def test_a_cursor_of_another_list_is_400(alice: httpx.AsyncClient) -> None:
    product = await make_product(price=1)
    await buy(alice, (product, 1))
    await buy(alice, (product, 1))
    cursor = (await alice.get("/api/v1/points/entries?limit=1")).json()["next_cursor"]
    assert (await alice.get(ORDERS, params={"cursor": cursor})).status_code == 400


async def test_the_receipt_and_the_list_are_pages(alice: httpx.AsyncClient) -> None:
    order = await bought(alice, (await make_product("벼루"), 1))
    receipt = await alice.get(f"/orders/{order['id']}")
    assert "벼루" in receipt.text
    assert f"/orders/{order['id']}" in (await alice.get("/orders")).text


@pytest.mark.parametrize(
    ("waited", "seconds"), [(0, 5), (59, 5), (60, 6), (600, 60), (3_600, 300), (86_400, 300)]
)
async def test_the_receipt_of_an_open_order_asks_less_and_less_often(
    alice: httpx.AsyncClient, waited: int, seconds: int
) -> None:
    order = (await bought(alice, (await make_product(), 1)))["id"]
    placed_at = datetime.now(UTC) - timedelta(seconds=waited)
    await Order.update({Order.created_at: placed_at}).where(Order.id == order)
    for path, headers in ((f"/orders/{order}", {}), (f"/orders/{order}/delivery", HTMX)):
        page = (await alice.get(path, headers=headers)).text
        assert f'data-hx-trigger="every {seconds}s"' in page


async def test_another_users_receipt_is_404(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    order = await bought(alice, (await make_product("벼루"), 1))
    answer = await bob.get(f"/orders/{order['id']}")
    assert answer.status_code == 404
    assert "벼루" not in answer.text
