"""A sale: far more buyers than items, all at once, by all of the shop's connections."""

from collections import Counter

import pytest
from litestar import Litestar

import shop.database.engine
from shop.external.tables import OutboxMessage
from shop.orders.tables import Order, OrderLine
from shop.points.tables import PointBalance, PointEntry
from tests.cast import Cast, Receiver, all_at_once, make_product, make_user, stock_of
from tests.unit.buying import buy, code_of
from tests.unit.conftest import header_client

pytestmark = [pytest.mark.committed, pytest.mark.slow]


@pytest.fixture(autouse=True)
def no_time_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests check results, not speed: no request times out."""
    monkeypatch.setattr(shop.database.engine, "ACQUIRE_TIMEOUT", 120.0)


async def test_two_hundred_buyers_for_a_stock_of_one_hundred(
    app: Litestar, cast: Cast, receiver: Receiver
) -> None:
    product = await make_product(price=1_000, stock=100)
    buyers = [await make_user(f"buyer{number}", 1_500) for number in range(200)]

    async def order(buyer: int) -> str:
        async with header_client(app, buyer) as client:
            answer = await buy(client, (product, 1))
        return "ordered" if answer.status_code == 201 else code_of(answer)

    outcomes = Counter(await all_at_once(*map(order, buyers)))
    assert outcomes == {"ordered": 100, "out-of-stock": 100}
    assert await stock_of(product) == 0
    assert await Order.count() == await OrderLine.count() == 100
    assert await PointEntry.count().where(PointEntry.kind == "spend") == 100
    assert await OutboxMessage.count() == 100
    assert [message.deliveries for message in receiver.messages] == [1] * 100
    assert await points_that_do_not_add_up() == []


async def points_that_do_not_add_up() -> list[int]:
    rows = await PointBalance.raw(
        'SELECT b."user" FROM point_balances b LEFT JOIN point_entries e ON e."user" = b."user" '
        'GROUP BY b."user", b.balance HAVING b.balance <> coalesce(sum(e.amount), 0)'
    )
    return [row["user"] for row in rows]


async def test_fifty_parallel_orders_of_one_buyer_do_not_overspend(
    app: Litestar, cast: Cast
) -> None:
    """Alice has points for ten of the fifty."""
    product = await make_product(price=10_000, stock=100)
    async with header_client(app, cast.alice) as alice:
        answers = await all_at_once(*(buy(alice, (product, 1)) for _ in range(50)))
    codes = Counter(answer.status_code for answer in answers)
    assert codes == {201: 10, 409: 40}
    assert await stock_of(product) == 90
    assert await points_that_do_not_add_up() == []
    afters = await PointEntry.select(PointEntry.balance_after).where(PointEntry.kind == "spend")
    assert sorted(row["balance_after"] for row in afters) == list(range(0, 100_000, 10_000))
