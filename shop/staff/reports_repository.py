"""Sales summed up for staff. Cancelled orders count only as cancelled."""

from datetime import date, datetime
from typing import Any

import msgspec

from shop.orders.tables import Order

PERIODS = ("day", "week", "month")
TOP = 20
ZONE = "Asia/Seoul"


class PeriodRow(msgspec.Struct, frozen=True):
    """Orders, goods (items) and points of a day, a week or a month, which begins at `day`."""

    day: date
    orders: int
    goods: int
    points: int
    cancelled: int


class NameRow(msgspec.Struct, frozen=True):
    """Orders, goods (items) and points of a product or a category."""

    name: str
    name_en: str
    orders: int
    goods: int
    points: int

    def named(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class ReportRepository:
    async def by_period(self, period: str, since: datetime, until: datetime) -> list[PeriodRow]:
        """The newest first. `period` is one of PERIODS; from `since` on, before `until`."""
        rows = await Order.raw(
            """
            SELECT date_trunc({}, o.created_at AT TIME ZONE {})::date AS day,
                count(*) FILTER (WHERE o.status <> 'cancelled') AS orders,
                COALESCE(sum(l.goods) FILTER (WHERE o.status <> 'cancelled'), 0)::bigint AS goods,
                COALESCE(sum(o.total) FILTER (WHERE o.status <> 'cancelled'), 0)::bigint AS points,
                count(*) FILTER (WHERE o.status = 'cancelled') AS cancelled
            FROM orders o CROSS JOIN LATERAL (
                SELECT sum(quantity) AS goods FROM order_lines WHERE "order" = o.id
            ) l
            WHERE o.created_at >= {} AND o.created_at < {}
            GROUP BY 1 ORDER BY 1 DESC
            """,
            period,
            ZONE,
            since,
            until,
        )
        return [PeriodRow(**row) for row in rows]

    async def top_products(self, since: datetime, until: datetime) -> list[NameRow]:
        """Up to TOP, by points."""
        return await _by("p.name, p.name_en, p.id", since, until, TOP)

    async def by_category(self, since: datetime, until: datetime) -> list[NameRow]:
        return await _by("g.name, g.name_en, g.id", since, until, 1_000)


async def _by(names: str, since: datetime, until: datetime, limit: int) -> list[NameRow]:
    rows: list[dict[str, Any]] = await Order.raw(
        f"""
        SELECT {names}, count(DISTINCT o.id) AS orders, sum(l.quantity)::bigint AS goods,
            sum(l.quantity * l.unit_price)::bigint AS points
        FROM orders o JOIN order_lines l ON l."order" = o.id JOIN products p ON p.id = l.product
        JOIN categories g ON g.id = p.category
        WHERE o.created_at >= {{}} AND o.created_at < {{}} AND o.status <> 'cancelled'
        GROUP BY {names} ORDER BY points DESC LIMIT {limit:d}
        """,  # noqa: S608 - no input in it
        since,
        until,
    )
    return [
        NameRow(row["name"], row["name_en"], row["orders"], row["goods"], row["points"])
        for row in rows
    ]
