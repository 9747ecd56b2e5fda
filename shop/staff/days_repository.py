"""The only place that writes `closed_days` and `closed_day_products`; and how reports read days."""

from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from shop.staff.tables import ClosedDay, ClosedDayProduct

MARGIN = timedelta(hours=1)
"""After the end of a day, until it is closed: no transaction that places an order takes longer."""

DAYS = """
    WITH given (zone, first, last) AS (VALUES ({}::text, {}::date, {}::date)),
    changed AS (
        SELECT DISTINCT (o.created_at AT TIME ZONE zone)::date AS day
        FROM given, order_refunds r JOIN orders o ON o.id = r."order" WHERE NOT r.summed
    ),
    kept AS (
        SELECT c.*, c.xmin::text || c.ctid::text AS version FROM given, closed_days c
        WHERE c.zone = given.zone AND c.day BETWEEN first AND last
            AND c.day NOT IN (SELECT day FROM changed)
    ),
    live AS (
        SELECT day, day::timestamp AT TIME ZONE zone AS begins_at,
            (day + interval '1 day') AT TIME ZONE zone AS ends_at
        FROM given, unnest(ARRAY(
            SELECT d::date
            FROM given, generate_series(first::timestamp, last::timestamp, interval '1 day') d
            WHERE d::date NOT IN (SELECT day FROM kept))) day
    )
"""
"""Each day from `first` to `last` is either in `kept`, with its sums, or in `live`, to be summed
from its orders. `version` is PostgreSQL's own of the row: another one after each time it is summed.
Begins a statement; its arguments are the zone, the first and the last day. `live` is an array,
because of a series PostgreSQL does not know that it is short."""

# What orders `o`, their lines and entries `e` of a time sum up to. Lines are found by an array of
# numbers, which PostgreSQL looks up in one pass.
SOLD_LINES = """
    FROM order_lines l WHERE l."order" = ANY(ARRAY(
        SELECT o.id FROM orders o
        WHERE o.created_at >= {begin} AND o.created_at < {end} AND o.status <> 'cancelled'))
"""
SALES = f"""
    SELECT o.orders, l.goods, o.points, o.cancelled
    FROM (
        SELECT count(*) FILTER (WHERE o.status <> 'cancelled') AS orders,
            COALESCE(sum(o.total - o.refunded), 0)::bigint AS points,
            count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled
        FROM orders o WHERE o.created_at >= {{begin}} AND o.created_at < {{end}}) o,
        (SELECT COALESCE(sum(l.quantity - l.cancelled - l.returned), 0)::bigint AS goods
            {SOLD_LINES}) l
"""  # noqa: S608 - no input in it
MOVED = """
    SELECT COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'grant'), 0)::bigint AS granted,
        COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'spend'), 0)::bigint AS spent,
        COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'refund'), 0)::bigint AS refunded,
        COALESCE(sum(e.amount) FILTER (WHERE e.kind = 'adjust'), 0)::bigint AS corrected
    FROM point_entries e WHERE e.created_at >= {begin} AND e.created_at < {end}
"""
SOLD = f"""
    SELECT l.product, count(*) AS orders, sum(l.quantity - l.cancelled - l.returned) AS goods,
        sum((l.quantity - l.cancelled - l.returned) * l.unit_price)::bigint AS points
    {SOLD_LINES} GROUP BY l.product
"""
OF_DAY = {"begin": "d.begins_at", "end": "d.ends_at"}


class Day(NamedTuple):
    """A day of a time zone: from `begins_at` on, before `ends_at`."""

    day: date
    begins_at: datetime
    ends_at: datetime


class ClosedDayRepository:
    async def to_close(self, zone: str, limit: int) -> list[Day]:
        """The first days that are over and not closed, or of which something was given back
        since."""
        rows: list[dict[str, Any]] = await ClosedDay.raw(
            """
            WITH span AS (
                SELECT (least((SELECT min(created_at) FROM orders),
                              (SELECT min(created_at) FROM point_entries))
                        AT TIME ZONE {})::date AS first,
                    ((now() - {}::interval) AT TIME ZONE {})::date - 1 AS last
            )
            SELECT d::date AS day, d AT TIME ZONE {} AS begins_at,
                (d + interval '1 day') AT TIME ZONE {} AS ends_at
            FROM span, generate_series(first::timestamp, last::timestamp, interval '1 day') d
            WHERE NOT EXISTS (SELECT FROM closed_days c WHERE c.zone = {} AND c.day = d::date)
                OR d::date IN (
                    SELECT (o.created_at AT TIME ZONE {})::date
                    FROM order_refunds r JOIN orders o ON o.id = r."order" WHERE NOT r.summed)
            ORDER BY d LIMIT {}
            """,
            *(zone, MARGIN, zone, zone, zone, zone, zone, limit),
        )
        return [Day(**row) for row in rows]

    async def lock(self, zone: str, day: Day) -> bool:
        """Locks the day until the transaction ends, waiting for another process that sums it.
        Returns whether it is new."""
        new = await ClosedDay.raw(
            """
            INSERT INTO closed_days (zone, day, begins_at, ends_at, orders, goods, points,
                cancelled, granted, spent, refunded, corrected)
            VALUES ({}, {}, {}, {}, 0, 0, 0, 0, 0, 0, 0, 0)
            ON CONFLICT (zone, day) DO NOTHING RETURNING id
            """,
            *(zone, *day),
        )
        await ClosedDay.raw(
            "SELECT FROM closed_days WHERE zone = {} AND day = {} FOR UPDATE", zone, day.day
        )
        return bool(new)

    async def sum(self, zone: str, day: date) -> None:
        """Sums the locked day as it is now."""
        await ClosedDay.raw(
            f"""
            UPDATE closed_days c SET orders = s.orders, goods = s.goods, points = s.points,
                cancelled = s.cancelled, granted = m.granted, spent = m.spent,
                refunded = m.refunded, corrected = m.corrected
            FROM closed_days d CROSS JOIN LATERAL ({SALES.format(**OF_DAY)}) s
                CROSS JOIN LATERAL ({MOVED.format(**OF_DAY)}) m
            WHERE d.id = c.id AND c.zone = {{}} AND c.day = {{}}
            """,  # noqa: S608 - no input in it
            zone,
            day,
        )
        await ClosedDayProduct.raw(
            """
            DELETE FROM closed_day_products p USING closed_days c
            WHERE c.id = p.closed_day AND c.zone = {} AND c.day = {}
            """,
            zone,
            day,
        )
        await ClosedDayProduct.raw(
            f"""
            INSERT INTO closed_day_products (closed_day, product, orders, goods, points)
            SELECT d.id, s.* FROM closed_days d CROSS JOIN LATERAL ({SOLD.format(**OF_DAY)}) s
            WHERE d.zone = {{}} AND d.day = {{}}
            """,  # noqa: S608 - no input in it
            zone,
            day,
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
