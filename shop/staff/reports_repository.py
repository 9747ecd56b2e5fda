"""Sales summed up for staff. Cancelled orders count only as cancelled."""

from datetime import date
from typing import Any, NamedTuple

import msgspec

from shop.orders.tables import Order
from shop.staff.day_sums import DAYS, SALES_OF_DAYS, SOLD_OF_DAYS
from shop.staff.sold_repository import ProductSums, SoldRepository
from shop.text import in_language
from shop.web.i18n import time_zone

PERIODS = ("day", "week", "month")
TOP = 20
SOLD_DAYS = SoldRepository()
"""Of this process."""


class PeriodRow(msgspec.Struct, frozen=True):
    """Orders, goods (items) and points of a day, a week or a month, which begins at `day`."""

    day: date
    orders: int
    goods: int
    points: int
    cancelled: int


class NameRow(msgspec.Struct, frozen=True):
    """Goods (items) and points of a product or a category; orders of a product."""

    name: str
    name_en: str
    orders: int | None
    goods: int
    points: int

    def named(self, language: str) -> str:
        return in_language(language, self.name, self.name_en)


class Sold(NamedTuple):
    """The best-selling products, up to TOP, and all categories; by points."""

    products: list[NameRow]
    categories: list[NameRow]


class ReportRepository:
    async def by_period(self, period: str, first: date, last: date) -> list[PeriodRow]:
        """The newest first. `period` is one of PERIODS; the days from `first` to `last`."""
        rows = await Order.raw(
            f"""
            {DAYS} {SALES_OF_DAYS}
            SELECT date_trunc({{}}, day::timestamp)::date AS day, sum(orders)::bigint AS orders,
                sum(goods)::bigint AS goods, sum(points)::bigint AS points,
                sum(cancelled)::bigint AS cancelled
            FROM sales GROUP BY 1 HAVING sum(orders + cancelled) > 0 ORDER BY 1 DESC
            """,  # noqa: S608 - no input in it
            *(time_zone().key, first, last, [], period),
        )
        return [PeriodRow(**row) for row in rows]

    async def sold(self, first: date, last: date) -> Sold:
        """On the days from `first` to `last`."""
        zone = time_zone().key
        kept = await SOLD_DAYS.kept(zone, first, last)
        remembered = await SOLD_DAYS.sums(kept)
        rows = await Order.raw(
            f"""
            {DAYS} {SOLD_OF_DAYS}, sold AS (
                SELECT product, sum(orders)::bigint AS orders, sum(goods)::bigint AS goods,
                    sum(points)::bigint AS points
                FROM (
                    SELECT * FROM sold_of_days
                    UNION ALL
                    SELECT * FROM unnest({{}}::text::bigint[], {{}}::text::bigint[],
                        {{}}::text::bigint[], {{}}::text::bigint[])
                ) days GROUP BY product HAVING sum(orders) > 0
            ), of_category AS (
                SELECT s.*, p.category FROM sold s JOIN products p ON p.id = s.product
            )
            (SELECT 'product' AS of, p.name, p.name_en, best.orders, best.goods, best.points
                FROM (SELECT * FROM of_category ORDER BY points DESC, product LIMIT {TOP:d}) best
                JOIN products p ON p.id = best.product ORDER BY best.points DESC, p.id)
            UNION ALL
            SELECT 'category', g.name, g.name_en, NULL, c.goods, c.points
            FROM (SELECT category, sum(goods)::bigint AS goods, sum(points)::bigint AS points
                FROM of_category GROUP BY category) c
            JOIN categories g ON g.id = c.category
            """,  # noqa: S608 - no input in it
            *(zone, first, last, [day.day for day in kept] if remembered else []),
            *(remembered or ProductSums()),
        )
        return Sold(_of("product", rows), _of("category", rows))


def _of(kind: str, rows: list[dict[str, Any]]) -> list[NameRow]:
    names = ("name", "name_en", "orders", "goods", "points")
    found = [NameRow(*(row[name] for name in names)) for row in rows if row["of"] == kind]
    return sorted(found, key=lambda row: -row.points)
