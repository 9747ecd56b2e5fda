"""The current day is summed as it goes on; what is committed later is seen at once, and once."""

import asyncio
import contextvars
import random
from collections.abc import AsyncIterator, Awaitable
from datetime import UTC, date, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest

from shop.database import transaction
from shop.orders.refund_repository import RefundRepository
from shop.orders.return_tables import OrderRefund
from shop.orders.tables import Order
from shop.points.tables import PointEntry
from shop.staff.days import ClosedDays
from shop.staff.days_repository import ClosedDayRepository, Day
from shop.staff.points_repository import StaffPointRepository
from shop.staff.reports_repository import ReportRepository
from shop.staff.tables import ClosedDay
from shop.staff.today_repository import TodayRepository
from tests.cast import Cast, all_at_once, make_product
from tests.unit.staff.test_days import give_back, order_at, sold_by_plain_sql, wrong

DAY = timedelta(days=1)
READERS = ("days", "reports_repository", "points_repository", "today_repository")


@pytest.fixture(params=["Asia/Seoul", "America/New_York", "Pacific/Kiritimati"])
def zone(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> ZoneInfo:
    """The shop's."""
    found = ZoneInfo(request.param)
    for module in READERS:
        monkeypatch.setattr(f"shop.staff.{module}.time_zone", lambda: found)
    return found


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """All committed orders are summed: these tests let every transaction begin before they sum."""
    monkeypatch.setattr("shop.staff.days_repository.SETTLED_AFTER", timedelta(0))


@pytest.fixture
async def products(cast: Cast) -> list[int]:
    return [await make_product(f"상품 {n}", price=1_000) for n in range(3)]


async def check(zone: ZoneInfo) -> None:
    """All that is read from days is what orders and movements say, in one snapshot."""
    async with transaction("repeatable_read"):
        today = datetime.now(zone).date()
        for first, last in ((today - 3 * DAY, today + DAY), (today, today)):
            found = await ReportRepository().by_period("day", first, last)
            days = [(row.day, row.orders, row.goods, row.points, row.cancelled) for row in found]
            assert days == await sales_by_plain_sql(first, last, zone.key)
            sold = (await ReportRepository().sold(first, last)).products
            assert [(row.name, row.orders, row.goods, row.points) for row in sold] == (
                await sold_by_plain_sql(first, last, zone.key)
            )
            _, sheet = await StaffPointRepository().sums(first, last + DAY, today)
            moved = (sheet.granted, sheet.spent, sheet.refunded, sheet.corrected)
            assert moved == await moved_by_plain_sql(first, last, zone.key)
        figures = await TodayRepository().figures(today, today, 5)
        assert (figures["orders_today"], figures["points_today"]) == next(
            ((row[1], row[3]) for row in days), (0, 0)
        )
        assert await wrong() == []


async def sales_by_plain_sql(first: date, last: date, zone: str) -> list[tuple[Any, ...]]:
    """Orders, items, points and cancelled orders by day, the newest first."""
    rows = await Order.raw(
        """
        SELECT (o.created_at AT TIME ZONE {})::date AS day,
            count(*) FILTER (WHERE o.status <> 'cancelled') AS orders,
            sum(l.goods)::bigint AS goods, sum(o.total - o.refunded)::bigint AS points,
            count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled
        FROM orders o JOIN (
            SELECT "order", sum(quantity - cancelled - returned) AS goods
            FROM order_lines GROUP BY "order") l ON l."order" = o.id
        WHERE (o.created_at AT TIME ZONE {})::date BETWEEN {} AND {} GROUP BY 1 ORDER BY 1 DESC
        """,
        *(zone, zone, first, last),
    )
    return [tuple(row.values()) for row in rows]


async def moved_by_plain_sql(first: date, last: date, zone: str) -> tuple[int, ...]:
    """Points granted, spent, refunded and corrected."""
    rows = await PointEntry.raw(
        """
        SELECT kind, sum(amount)::bigint AS points FROM point_entries
        WHERE (created_at AT TIME ZONE {})::date BETWEEN {} AND {} GROUP BY kind
        """,
        *(zone, first, last),
    )
    found = {row["kind"]: row["points"] for row in rows}
    return tuple(found.get(kind, 0) for kind in ("grant", "spend", "refund", "adjust"))


async def orders_in_sums(zone: ZoneInfo) -> int:
    """Of days that are not closed."""
    [row] = await ClosedDay.raw(
        "SELECT COALESCE(sum(orders), 0)::bigint AS it FROM closed_days "
        "WHERE zone = {} AND summed_until < ends_at",
        zone.key,
    )
    return int(row["it"])


async def unmarked_refunds_in_sums(zone: ZoneInfo) -> int:
    """Yesterday is in no sum during the first hour after midnight."""
    [row] = await OrderRefund.raw(
        """
        SELECT count(*) AS it FROM order_refunds r JOIN orders o ON o.id = r."order"
        JOIN closed_days d ON d.zone = {}
            AND o.created_at >= d.begins_at AND o.created_at < d.summed_until
        WHERE NOT r.summed
        """,
        zone.key,
    )
    return int(row["it"])


async def grant(cast: Cast, number: int) -> None:
    await PointEntry.raw(
        'INSERT INTO point_entries ("user", amount, kind, reference, balance_after) '
        "VALUES ({}, 500, 'grant', {}, 500)",
        *(cast.bob, f"current-day:{number}"),
    )


async def test_figures_are_those_of_the_orders_while_the_day_is_summed(
    cast: Cast, products: list[int], zone: ZoneInfo
) -> None:
    """Before and after it is summed, given back from, summed further and summed again."""
    orders = [
        (await order_at(datetime.now(UTC) - timedelta(days=ago), cast, product, 3 + n), product)
        for ago in (0, 1, 2)
        for n, product in enumerate(products)
    ]
    days = ClosedDays()
    await check(zone)
    await days.sum_today()
    assert await orders_in_sums(zone) == 3
    await check(zone)
    for order, product in orders[::2]:
        await give_back(order, product)
        await check(zone)
    assert await unmarked_refunds_in_sums(zone) >= 2
    await give_back(*orders[0], 2)
    assert (await Order.objects().get(Order.id == orders[0][0])).status == "cancelled"
    await check(zone)
    await order_at(datetime.now(UTC), cast, products[0])
    await check(zone)
    await days.sum_today()
    assert await orders_in_sums(zone) == 4, "without what was given back since"
    await check(zone)
    await days.sweep()
    assert await orders_in_sums(zone) == 3
    assert await unmarked_refunds_in_sums(zone) == 0
    await check(zone)


async def test_a_day_that_was_summed_as_it_went_on_is_closed(
    cast: Cast, products: list[int], zone: ZoneInfo
) -> None:
    yesterday = datetime.now(zone).date() - 2 * DAY
    begins_at = datetime(yesterday.year, yesterday.month, yesterday.day, tzinfo=zone)
    noon = begins_at + timedelta(hours=12)
    day, days = Day(yesterday, begins_at, begins_at + DAY, noon), ClosedDayRepository()
    for hour in (1, 13):
        await order_at(begins_at + timedelta(hours=hour), cast, products[0])
    await days.lock(zone.key, day)
    await days.add(zone.key, day, noon)
    await check(zone)
    await order_at(begins_at + timedelta(hours=2), cast, products[0])
    await ClosedDays().sweep()
    await check(zone)  # closing has found what the sums had missed
    [kept] = await ClosedDay.objects().where(ClosedDay.day == yesterday)
    assert (kept.orders, kept.summed_until) == (3, kept.ends_at)


class Opened:
    """Does some work in a transaction of its own, which is open until `commit`."""

    tasks: ClassVar[list[asyncio.Task[None]]] = []

    def __init__(self, work: Awaitable[Any]) -> None:
        self._work, self._done, self._end = work, asyncio.Event(), asyncio.Event()
        self._task = asyncio.create_task(self._run())
        self.tasks.append(self._task)

    @classmethod
    async def after(cls, work: Awaitable[Any]) -> "Opened":
        opened = cls(work)
        await opened._done.wait()
        return opened

    async def commit(self) -> None:
        self._end.set()
        await self._task

    async def _run(self) -> None:
        async with transaction():
            await self._work
            self._done.set()
            await self._end.wait()


@pytest.fixture(autouse=True)
async def none_left_open(database: None) -> AsyncIterator[None]:
    """After a failure, too: an open transaction would keep the tables from being emptied."""
    yield
    while Opened.tasks:
        task = Opened.tasks.pop()
        task.cancel()
        await asyncio.wait({task})


@pytest.mark.committed
async def test_orders_and_grants_that_are_committed_after_the_sum(
    cast: Cast, products: list[int], zone: ZoneInfo
) -> None:
    """They have the time at which their transaction began."""
    days = ClosedDays()
    late = await Opened.after(order_at(None, cast, products[0]))
    later = await Opened.after(grant(cast, 1))
    await order_at(None, cast, products[1])
    for opened in (late, later):
        await days.sum_today()
        await check(zone)
        await opened.commit()
        await check(zone)
    assert await orders_in_sums(zone) == 1, "the grant held back the order that was placed after it"
    await days.sum_today()
    await check(zone)
    assert await orders_in_sums(zone) == 2


@pytest.mark.committed
async def test_a_refund_that_is_committed_after_the_sum(
    cast: Cast, products: list[int], zone: ZoneInfo
) -> None:
    """Of one order that is in the sums, and of one that is not."""
    orders = [await order_at(None, cast, products[0])]
    await ClosedDays().sum_today()
    orders.append(await order_at(None, cast, products[1]))
    late = [
        await Opened.after(give_back(order, product, 2))
        for order, product in zip(orders, products, strict=False)
    ]
    await order_at(None, cast, products[2])
    await ClosedDays().sum_today()
    await check(zone)
    for opened in late:
        await opened.commit()
        await check(zone)
        await ClosedDays().sum_today()
        await check(zone)
    await ClosedDays().sweep()
    await check(zone)
    assert await orders_in_sums(zone) == 1


@pytest.mark.committed
async def test_a_refund_that_is_committed_while_the_sum_is_made(
    cast: Cast, products: list[int], zone: ZoneInfo, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After refunds are marked, before orders are summed."""
    order = await order_at(None, cast, products[0])
    mark_summed = RefundRepository.mark_summed

    async def mark_and_lose_time(*arguments: Any) -> bool:
        found = await mark_summed(*arguments)
        work = give_back(order, products[0])
        await asyncio.get_running_loop().create_task(work, context=contextvars.Context())
        return found

    monkeypatch.setattr(RefundRepository, "mark_summed", mark_and_lose_time)
    await ClosedDays().sum_today()
    assert await orders_in_sums(zone) == 1
    await check(zone)


class Mess:
    """Places, grants and gives back in transactions that stay open, sums and sweeps, by chance."""

    def __init__(self, cast: Cast, products: list[int], seed: int) -> None:
        self._chance, self._cast, self._products = random.Random(seed), cast, products
        self._placed: list[tuple[int, int]] = []
        self._opened: list[Opened] = []
        self._number = 0

    async def step(self) -> None:
        days = ClosedDays()
        steps = (self._place, self._open_order, self._open_grant, self._open_refund)
        await self._chance.choice((*steps, self.end_one, days.sum_today, days.sweep))()
        if len(self._opened) > 3:
            await self.end_one()

    async def end_one(self) -> bool:
        if self._opened:
            await self._opened.pop(self._chance.randrange(len(self._opened))).commit()
        return bool(self._opened)

    async def _place(self) -> None:
        product = self._chance.choice(self._products)
        self._placed.append((await order_at(None, self._cast, product), product))

    async def _open_order(self) -> None:
        product = self._chance.choice(self._products)
        self._opened.append(await Opened.after(order_at(None, self._cast, product)))

    async def _open_grant(self) -> None:
        self._number += 1
        self._opened.append(await Opened.after(grant(self._cast, self._number)))

    async def _open_refund(self) -> None:
        if self._placed:
            given = self._placed.pop(self._chance.randrange(len(self._placed)))
            quantity = self._chance.choice((1, 2))
            self._opened.append(await Opened.after(give_back(*given, quantity)))


@pytest.mark.committed
@pytest.mark.parametrize("seed", range(4))
async def test_figures_are_right_in_whatever_order_transactions_end(
    cast: Cast, products: list[int], zone: ZoneInfo, seed: int
) -> None:
    mess = Mess(cast, products, seed)
    for _ in range(40):
        await mess.step()
        await check(zone)
    while await mess.end_one():
        await check(zone)
    for work in (ClosedDays().sum_today, ClosedDays().sweep):
        await work()
        await check(zone)


@pytest.mark.committed
async def test_processes_that_sum_the_same_day(cast: Cast, products: list[int]) -> None:
    zone, days = ZoneInfo("Asia/Seoul"), ClosedDays()
    for product in products:
        await order_at(None, cast, product)
        answers = await all_at_once(*(days.sum_today() for _ in range(3)))
        assert answers == [None] * 3
        await check(zone)
    assert await orders_in_sums(zone) == 3


async def test_the_audit_finds_a_wrong_sum_of_the_current_day(
    cast: Cast, products: list[int]
) -> None:
    await order_at(datetime.now(UTC), cast, products[0])
    await ClosedDays().sum_today()
    assert await wrong() == []
    await ClosedDay.raw("UPDATE closed_days SET granted = granted + 1")
    assert await wrong() != []


async def test_orders_younger_than_a_minute_are_not_summed(
    cast: Cast, products: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    zone = ZoneInfo("Asia/Seoul")
    await order_at(datetime.now(UTC), cast, products[0])
    await ClosedDays().sum_today()
    assert await orders_in_sums(zone) == 0
    await check(zone)
