"""The only place that writes `closed_days` and `closed_day_products`."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from shop.staff.day_sums import MOVED, SALES, SOLD
from shop.staff.tables import ClosedDay, ClosedDayProduct

CLOSED_AFTER = timedelta(hours=1)
"""After the end of a day: no transaction that places an order takes longer."""
SETTLED_AFTER = timedelta(minutes=1)
"""No transaction takes longer until PostgreSQL lists it, and no clock of a successor is further
behind."""


class Day(NamedTuple):
    """A day of a time zone: from `begins_at` on, before `ends_at`. To be summed up to `until`."""

    day: date
    begins_at: datetime
    ends_at: datetime
    until: datetime


class ClosedDayRepository:
    async def to_close(self, zone: str, limit: int) -> list[Day]:
        """The first days that are over and not closed, or of which something was given back that
        is not in their sums."""
        rows: list[dict[str, Any]] = await ClosedDay.raw(
            """
            WITH span AS (
                SELECT (least((SELECT min(created_at) FROM orders),
                              (SELECT min(created_at) FROM point_entries))
                        AT TIME ZONE {})::date AS first,
                    ((now() - {}::interval) AT TIME ZONE {})::date - 1 AS last
            )
            SELECT d::date AS day, d AT TIME ZONE {} AS begins_at,
                (d + interval '1 day') AT TIME ZONE {} AS ends_at,
                (d + interval '1 day') AT TIME ZONE {} AS until
            FROM span, generate_series(first::timestamp, last::timestamp, interval '1 day') d
            WHERE NOT EXISTS (
                SELECT FROM closed_days c
                WHERE c.zone = {} AND c.day = d::date AND c.summed_until = c.ends_at)
            UNION
            SELECT c.day, c.begins_at, c.ends_at, c.summed_until
            FROM order_refunds r JOIN orders o ON o.id = r."order"
            JOIN closed_days c ON o.created_at >= c.begins_at AND o.created_at < c.summed_until
            WHERE NOT r.summed AND c.zone = {}
            ORDER BY 1 LIMIT {}
            """,
            *(zone, CLOSED_AFTER, zone, zone, zone, zone, zone, zone, limit),
        )
        return [Day(**row) for row in rows]

    async def current(self, zone: str) -> Day:
        """The current day, until a time before which no transaction can place anything any more:
        rows have the time at which their transaction began. Call it outside the transaction that
        sums."""
        [row] = await ClosedDay.raw(
            """
            WITH settled AS (
                SELECT least(clock_timestamp() - {}::interval, (
                    SELECT min(xact_start) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                        AND backend_type <> 'autovacuum worker')) AS until
            )
            SELECT day::date, day AT TIME ZONE {} AS begins_at,
                (day + interval '1 day') AT TIME ZONE {} AS ends_at, until
            FROM settled, date_trunc('day', until AT TIME ZONE {}) day
            """,
            *(SETTLED_AFTER, zone, zone, zone),
        )
        return Day(**row)

    async def lock(self, zone: str, day: Day) -> datetime:
        """Locks the day until the transaction ends, waiting for another process that sums it.
        Returns until when it is summed."""
        await ClosedDay.raw(
            """
            INSERT INTO closed_days (zone, day, begins_at, ends_at, summed_until, orders, goods,
                points, cancelled, granted, spent, refunded, corrected)
            VALUES ({}, {}, {}, {}, {}, 0, 0, 0, 0, 0, 0, 0, 0)
            ON CONFLICT (zone, day) DO NOTHING
            """,
            *(zone, day.day, day.begins_at, day.ends_at, day.begins_at),
        )
        [row] = await ClosedDay.raw(
            "SELECT summed_until FROM closed_days WHERE zone = {} AND day = {} FOR UPDATE",
            *(zone, day.day),
        )
        until: datetime = row["summed_until"]
        return until

    async def clear(self, zone: str, day: Day) -> None:
        """Sets the locked day's sums to zero."""
        await ClosedDay.raw(
            """
            UPDATE closed_days SET summed_until = begins_at, orders = 0, goods = 0, points = 0,
                cancelled = 0, granted = 0, spent = 0, refunded = 0, corrected = 0
            WHERE zone = {} AND day = {}
            """,
            *(zone, day.day),
        )
        await ClosedDayProduct.raw(
            """
            DELETE FROM closed_day_products p USING closed_days c
            WHERE c.id = p.closed_day AND c.zone = {} AND c.day = {}
            """,
            *(zone, day.day),
        )

    async def add(self, zone: str, day: Day, until: datetime) -> None:
        """Adds to the locked day's sums the orders and points from their end until `until`."""
        await ClosedDayProduct.raw(
            f"""
            WITH d AS (
                SELECT id, summed_until AS begins_at, {{}}::timestamptz AS ends_at
                FROM closed_days WHERE zone = {{}} AND day = {{}}
            ), added AS (
                UPDATE closed_days c SET summed_until = d.ends_at, orders = c.orders + s.orders,
                    goods = c.goods + s.goods, points = c.points + s.points,
                    cancelled = c.cancelled + s.cancelled, granted = c.granted + m.granted,
                    spent = c.spent + m.spent, refunded = c.refunded + m.refunded,
                    corrected = c.corrected + m.corrected
                FROM d CROSS JOIN LATERAL ({SALES}) s CROSS JOIN LATERAL ({MOVED}) m
                WHERE c.id = d.id
            )
            INSERT INTO closed_day_products AS p (closed_day, product, orders, goods, points)
            SELECT d.id, s.* FROM d CROSS JOIN LATERAL ({SOLD}) s
            ON CONFLICT (closed_day, product) DO UPDATE SET orders = p.orders + excluded.orders,
                goods = p.goods + excluded.goods, points = p.points + excluded.points
            """,  # noqa: S608 - no input in it
            *(until, zone, day.day),
        )

    async def forget_others(self, zone: str) -> None:
        """Deletes the days of other time zones."""
        await ClosedDayProduct.raw(
            """
            DELETE FROM closed_day_products p USING closed_days c
            WHERE c.id = p.closed_day AND c.zone <> {}
            """,
            zone,
        )
        await ClosedDay.raw("DELETE FROM closed_days WHERE zone <> {}", zone)
