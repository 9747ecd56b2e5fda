"""Cancelling against another cancel, against staff, and against an order for the same things."""

import pytest
from litestar import Litestar

from shop.external.tables import OutboxMessage
from shop.orders.change_errors import StepImpossible
from shop.orders.return_tables import ReturnRequest
from shop.orders.tables import Order
from shop.points.tables import PointEntry
from shop.settings import Settings
from shop.start.services import Shop
from tests.cast import Cast, all_at_once, balance_of, make_product, make_user, stock_of
from tests.unit.buying import bought, buy, code_of
from tests.unit.conftest import header_client

pytestmark = pytest.mark.committed


async def refunds() -> int:
    return int(await PointEntry.count().where(PointEntry.kind == "refund"))


async def test_ten_cancels_at_once_refund_once(app: Litestar, cast: Cast) -> None:
    product = await make_product(price=1_000, stock=10)
    async with header_client(app, cast.alice) as alice:
        order = await bought(alice, (product, 3))
        url = f"/api/v1/orders/{order['id']}/cancel"
        answers = await all_at_once(*(alice.post(url) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {200}
    assert {answer.json()["status"] for answer in answers} == {"cancelled"}
    assert (await stock_of(product), await balance_of(cast.alice)) == (10, 100_000)
    assert await refunds() == 1
    assert await OutboxMessage.count().where(OutboxMessage.type == "order.cancelled") == 1


@pytest.mark.parametrize("first", ["cancel", "fulfil"])
async def test_either_a_cancel_or_a_fulfilment_wins(
    app: Litestar, cast: Cast, settings: Settings, first: str
) -> None:
    steps = Shop(settings).steps
    product = await make_product(price=1_000, stock=50)
    for _ in range(5):
        async with header_client(app, cast.alice) as alice:
            order = await bought(alice, (product, 1))
            before = await refunds()
            cancel = alice.post(f"/api/v1/orders/{order['id']}/cancel")
            fulfil = steps.fulfil(order["id"])
            if first == "cancel":
                cancelled, fulfilled = await all_at_once(cancel, fulfil)
            else:
                fulfilled, cancelled = await all_at_once(fulfil, cancel)
        row = await Order.select().where(Order.id == order["id"]).first()
        if row["status"] == "cancelled":
            assert cancelled.status_code == 200
            assert isinstance(fulfilled, StepImpossible)
            assert await refunds() == before + 1
        else:
            assert row["status"] == "fulfilled"
            assert code_of(cancelled) == "not-cancellable"
            assert fulfilled is True
            assert await refunds() == before


async def test_cancels_and_orders_of_the_same_products_do_not_deadlock(
    app: Litestar, cast: Cast
) -> None:
    one, two = await make_product(price=1, stock=100), await make_product(price=1, stock=100)
    buyers = [await make_user(f"buyer{number}", 1_000) for number in range(6)]

    async def come_and_go(buyer: int) -> list[int]:
        async with header_client(app, buyer) as client:
            statuses = []
            for items in (((one, 1), (two, 1)), ((two, 2), (one, 2))):
                answer = await buy(client, *items)
                statuses.append(answer.status_code)
                cancel = f"/api/v1/orders/{answer.json()['id']}/cancel"
                statuses.append((await client.post(cancel)).status_code)
        return statuses

    assert await all_at_once(*map(come_and_go, buyers)) == [[201, 200, 201, 200]] * 6
    assert (await stock_of(one), await stock_of(two)) == (100, 100)
    assert [await balance_of(buyer) for buyer in buyers] == [1_000] * 6


async def test_ten_return_requests_with_one_key_while_staff_refuse_open_one(
    app: Litestar, cast: Cast, settings: Settings
) -> None:
    shop = Shop(settings)
    product = await make_product(price=1_000, stock=10)
    async with header_client(app, cast.alice) as alice:
        order = await bought(alice, (product, 3))
        await shop.steps.fulfil(order["id"])
        url = f"/api/v1/orders/{order['id']}/return-request"
        wanted = {"items": [{"product_id": product, "quantity": 1}]}
        alice.headers["Idempotency-Key"] = "one"

        async def refuse() -> None:
            for request in await shop.returns.of_order(order["id"]):
                await shop.returns.refuse(order["id"], request.id, "no")

        sent = [alice.post(url, json=wanted) for _ in range(10)]
        mixed = [one for post in sent for one in (post, refuse())]
        answers = [answer for answer in await all_at_once(*mixed) if answer is not None]
    assert [answer.status_code for answer in answers] == [201] * 10
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await ReturnRequest.count() == 1
