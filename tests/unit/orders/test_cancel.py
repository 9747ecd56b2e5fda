"""Cancelling: points and stock back, once."""

import httpx
from litestar import Litestar

from shop.external.tables import OutboxMessage
from shop.points.tables import PointEntry
from shop.settings import Settings
from shop.start.services import Shop
from tests.cast import Cast, SignedIn, balance_of, make_product, stock_of
from tests.unit.buying import books, bought, code_of


async def test_a_cancelled_order_gives_points_and_stock_back(
    alice: httpx.AsyncClient, cast: Cast
) -> None:
    one, two = await make_product(stock=5), await make_product(stock=7)
    order = await bought(alice, (one, 2), (two, 3))
    answer = await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    assert answer.status_code == 200
    assert answer.json() == {**order, "status": "cancelled"}
    assert (await stock_of(one), await stock_of(two)) == (5, 7)
    assert await balance_of(cast.alice) == 100_000


async def test_a_refund_is_a_separate_entry(alice: httpx.AsyncClient) -> None:
    order = await bought(alice, (await make_product(price=3_000), 2))
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    [refund] = await PointEntry.select().where(PointEntry.kind == "refund")
    assert (refund["amount"], refund["balance_after"]) == (6_000, 100_000)
    assert refund["reference"].startswith(f"order:{order['id']}:")


async def test_a_cancellation_writes_a_message_to_the_external_system(
    alice: httpx.AsyncClient,
) -> None:
    order = await bought(alice, (await make_product(), 1))
    await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    [message] = await OutboxMessage.select().where(OutboxMessage.type == "order.cancelled")
    assert message["subject"] == f"order:{order['id']}"
    assert '"status":"cancelled"' in message["payload"]
    assert message["lease_token"] is None


async def test_a_second_cancel_has_the_same_response_and_moves_nothing(
    alice: httpx.AsyncClient,
) -> None:
    order = await bought(alice, (await make_product(), 1))
    first = await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    before = await books()
    second = await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    assert (second.status_code, second.json()) == (200, first.json())
    assert await books() == before


async def test_another_users_order_is_404_and_stays(
    alice: httpx.AsyncClient, bob: httpx.AsyncClient
) -> None:
    order = await bought(alice, (await make_product(), 1))
    before = await books()
    answer = await bob.post(f"/api/v1/orders/{order['id']}/cancel")
    assert (answer.status_code, code_of(answer)) == (404, "order-not-found")
    assert await books() == before


async def test_a_guest_is_401(guest: httpx.AsyncClient) -> None:
    assert (await guest.post("/api/v1/orders/1/cancel")).status_code == 401


async def test_a_fulfilled_order_stays(alice: httpx.AsyncClient, settings: Settings) -> None:
    order = await bought(alice, (await make_product(), 1))
    await Shop(settings).steps.fulfil(order["id"])
    before = await books()
    answer = await alice.post(f"/api/v1/orders/{order['id']}/cancel")
    assert (answer.status_code, code_of(answer)) == (409, "not-cancellable")
    assert await books() == before


async def test_the_form_leads_back_to_the_receipt(browser_of_alice: SignedIn) -> None:
    order = await bought(browser_of_alice, (await make_product(), 1))
    url = f"/orders/{order['id']}"
    form = {"_csrf_token": browser_of_alice.csrf_token}
    answer = await browser_of_alice.post(f"{url}/cancel", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, url)
    assert (await browser_of_alice.get(f"/api/v1{url}")).json()["status"] == "cancelled"


async def test_the_form_of_htmx_is_sent_to_the_receipt(browser_of_alice: SignedIn) -> None:
    order = await bought(browser_of_alice, (await make_product(), 1))
    url = f"/orders/{order['id']}"
    answer = await browser_of_alice.post(f"{url}/cancel", headers={"HX-Request": "true"})
    assert answer.headers["hx-redirect"] == url


async def test_staff_can_cancel_any_order(
    alice: httpx.AsyncClient, app: Litestar, settings: Settings
) -> None:
    product = await make_product(stock=5)
    order = await bought(alice, (product, 1))
    cancelled = await Shop(settings).orders.cancel(None, order["id"])
    assert cancelled.status == "cancelled"
    assert await stock_of(product) == 5
