"""Days that are over are summed once; a report reads the same from sums as from orders."""

import asyncio
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from shop.audit.proofs import PROOFS
from shop.database import transaction
from shop.orders.refund_repository import RefundRepository, Returned
from shop.orders.return_tables import OrderRefund
from shop.orders.tables import Order
from shop.points.tables import PointEntry
from shop.staff.days import ClosedDays
from shop.staff.days_repository import ClosedDayRepository
from shop.staff.points_repository import StaffPointRepository
from shop.staff.reports_repository import ReportRepository
from shop.staff.tables import ClosedDay, ClosedDayProduct
from shop.staff.today_repository import TodayRepository
from tests.cast import Cast, all_at_once, make_product

ZONE = "Asia/Seoul"
[PROOF] = [proof for proof in PROOFS if proof.name == "closed-days"]
TODAY = datetime.now(ZoneInfo(ZONE)).date()
THREE_DAYS_AGO = TODAY - timedelta(days=3)


async def wrong() -> list[str]:
    return [row["problem"] for row in await Order.raw(PROOF.wrong)]


async def order_on(day: date, cast: Cast, product: int, quantity: int = 2) -> int:
    """An order at noon of a day."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(ZONE))
    return await order_at(noon, cast, product, quantity)


async def order_at(at: datetime | None, cast: Cast, product: int, quantity: int = 2) -> int:
    """An order of 1,000 points an item, with its entry; with None at the time of its transaction,
    as real ones."""
    [row] = await Order.raw(
        """
        WITH placed AS (
            INSERT INTO orders ("user", total, status, created_at)
            VALUES ({}, {} * 1000, 'paid', COALESCE({}::timestamptz, now()))
            RETURNING id, created_at
        ), lines AS (
            INSERT INTO order_lines ("order", product, name, quantity, unit_price)
            SELECT id, {}, 'x', {}, 1000 FROM placed
        )
        INSERT INTO point_entries ("user", amount, kind, reference, balance_after, created_at)
        SELECT {}, {} * -1000, 'spend', 'order:' || id, 0, created_at FROM placed
        RETURNING reference
        """,
        *(cast.alice, quantity, at, product, quantity, cast.alice, quantity),
    )
    return int(row["reference"].removeprefix("order:"))


async def give_back(order_id: int, product: int, quantity: int = 1) -> None:
    """As `Refunds` does it."""
    refunds = RefundRepository()
    await Order.raw(
        'UPDATE order_lines SET cancelled = cancelled + {} WHERE "order" = {}', quantity, order_id
    )
    await refunds.add_to_order(order_id, "cancel", 1_000 * quantity)
    items = [Returned(product, quantity, 0)]
    await refunds.add(order_id, "cancel", 1_000 * quantity, items)


async def reports() -> list[object]:
    """All that is read from days."""
    found, first = ReportRepository(), TODAY - timedelta(days=29)
    week = await TodayRepository().figures(TODAY - timedelta(days=6), TODAY, 5)
    month = await StaffPointRepository().sums(first, TODAY + timedelta(days=1), TODAY)
    return [
        await found.by_period("day", first, TODAY),
        await found.by_period("month", first, TODAY),
        await found.sold(first, TODAY),
        {name: value for name, value in week.items() if name != "oldest"},
        month,
    ]


@pytest.fixture
async def product(cast: Cast) -> int:
    return await make_product(price=1_000)


async def test_a_report_is_the_same_from_sums_and_from_orders(cast: Cast, product: int) -> None:
    for day in (THREE_DAYS_AGO, THREE_DAYS_AGO, TODAY - timedelta(days=1), TODAY):
        await order_on(day, cast, product)
    before = await reports()
    await ClosedDays().sweep()
    assert await ClosedDay.count().where(ClosedDay.day == THREE_DAYS_AGO) == 1
    assert await ClosedDay.count().where(ClosedDay.day == TODAY) == 0
    assert await reports() == before
    assert await wrong() == []


async def test_a_later_refund_is_in_the_report_at_once(cast: Cast, product: int) -> None:
    order = await order_on(THREE_DAYS_AGO, cast, product)
    await order_on(THREE_DAYS_AGO, cast, product)
    await ClosedDays().sweep()
    await give_back(order, product)
    [day] = await ReportRepository().by_period("day", THREE_DAYS_AGO, THREE_DAYS_AGO)
    assert (day.orders, day.goods, day.points) == (2, 3, 3_000)
    assert await wrong() == []
    await ClosedDays().sweep()
    assert await OrderRefund.count().where(OrderRefund.summed.eq(False)) == 0
    [kept] = await ClosedDay.select(ClosedDay.points).where(ClosedDay.day == THREE_DAYS_AGO)
    assert kept["points"] == 3_000
    [day] = await ReportRepository().by_period("day", THREE_DAYS_AGO, THREE_DAYS_AGO)
    assert day.points == 3_000
    assert await wrong() == []


async def sold_by_plain_sql(first: date, last: date, zone: str) -> list[tuple[str, int, int, int]]:
    """Name, orders, items and points of each product, from all orders."""
    rows = await Order.raw(
        """
        SELECT p.name, count(*) AS orders, sum(l.quantity - l.cancelled - l.returned) AS goods,
            sum((l.quantity - l.cancelled - l.returned) * l.unit_price)::bigint AS points
        FROM orders o JOIN order_lines l ON l."order" = o.id JOIN products p ON p.id = l.product
        WHERE o.status <> 'cancelled' AND (o.created_at AT TIME ZONE {})::date BETWEEN {} AND {}
        GROUP BY p.id ORDER BY points DESC, p.id
        """,
        *(zone, first, last),
    )
    return [(row["name"], row["orders"], row["goods"], row["points"]) for row in rows]


@pytest.mark.parametrize("most", [10_000, 1])
@pytest.mark.parametrize("zone", [ZONE, "America/New_York", "Pacific/Kiritimati"])
async def test_sales_by_product_are_those_of_the_orders_whenever_a_report_is_seen(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, zone: str, most: int
) -> None:
    """Before and after days are closed, given back from and summed again; each report twice, the
    second time from what the process remembers, unless it is of more than `most` products."""
    for module in ("days", "reports_repository"):
        monkeypatch.setattr(f"shop.staff.{module}.time_zone", lambda: ZoneInfo(zone))
    monkeypatch.setattr("shop.staff.sold_repository.MOST", most)
    products = [await make_product(f"상품 {n}", price=1_000) for n in range(3)]
    orders = [
        (await order_on(TODAY - timedelta(days=ago), cast, product, 3 + n), product)
        for ago in (0, 1, 2, 5, 9)
        for n, product in enumerate(products[: 3 if ago % 2 else 2])
    ]

    async def check() -> None:
        for first, last in ((9, -1), (9, 2), (5, 5), (4, 3), (1, 0), (0, 1)):
            days = TODAY - timedelta(days=first), TODAY - timedelta(days=last)
            expected = await sold_by_plain_sql(*days, zone)
            for _ in range(2):
                found = (await ReportRepository().sold(*days)).products
                assert [(r.name, r.orders, r.goods, r.points) for r in found] == expected

    await check()
    await ClosedDays().sweep()
    await check()
    for order, product in orders[::2]:
        await give_back(order, product)
        await check()
    await ClosedDays().sweep()
    await check()
    await give_back(*orders[-1])
    await ClosedDays().sweep()
    await check()


async def test_days_are_summed_again_in_another_time_zone(
    cast: Cast, product: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    await order_on(THREE_DAYS_AGO, cast, product)
    await ClosedDays().sweep()
    monkeypatch.setattr("shop.staff.days.time_zone", lambda: ZoneInfo("America/New_York"))
    await ClosedDays().sweep()
    zones = await ClosedDay.select(ClosedDay.zone).distinct()
    assert [row["zone"] for row in zones] == ["America/New_York"]
    assert await wrong() == []


@pytest.mark.committed
async def test_a_refund_while_the_day_is_summed(cast: Cast, product: int) -> None:
    order = await order_on(THREE_DAYS_AGO, cast, product)
    given_back, summed = asyncio.Event(), asyncio.Event()

    async def give_back_slowly() -> None:
        async with transaction():
            await give_back(order, product)
            given_back.set()
            await summed.wait()

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(give_back_slowly())
        await given_back.wait()
        await ClosedDays().sweep()
        summed.set()
    for _ in range(2):
        [day] = await ReportRepository().by_period("day", THREE_DAYS_AGO, THREE_DAYS_AGO)
        assert day.points == 1_000
        assert await wrong() == []
        await ClosedDays().sweep()


@pytest.mark.committed
async def test_processes_that_close_the_same_day(cast: Cast, product: int) -> None:
    await order_on(THREE_DAYS_AGO, cast, product)
    await all_at_once(*(ClosedDays().sweep() for _ in range(3)))
    found = await ClosedDayProduct.count()
    assert found == 1
    assert await wrong() == []


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE closed_days SET points = points + 1",
        "UPDATE closed_days SET spent = spent - 1",
        "UPDATE closed_day_products SET goods = goods + 1",
        "DELETE FROM closed_day_products",
        "UPDATE orders SET total = total + 1",
    ],
)
async def test_the_audit_finds_a_wrong_sum(cast: Cast, product: int, harm: str) -> None:
    await order_on(THREE_DAYS_AGO, cast, product)
    await ClosedDays().sweep()
    assert await wrong() == []
    await Order.raw(harm)
    assert await wrong() != []


async def test_without_orders_there_is_nothing_to_close() -> None:
    await PointEntry.raw("SELECT 1")
    assert await ClosedDayRepository().to_close(ZONE, 10) == []
