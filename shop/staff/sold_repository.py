"""Items sold on closed days, summed by product and remembered by the process."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from cachetools import LRUCache

from shop.staff.day_sums import DAYS
from shop.staff.tables import ClosedDay, ClosedDayProduct

REMEMBERED = 8
MOST = 10_000
"""Products of a sum that is remembered: more are quicker added up by PostgreSQL than sent to it."""

PRODUCTS_OF_DAYS = """
    SELECT product, sum(orders)::bigint AS orders, sum(goods)::bigint AS goods,
        sum(points)::bigint AS points
    FROM closed_day_products WHERE closed_day = ANY(ARRAY(SELECT unnest({}::bigint[])))
    GROUP BY product
"""
"""Of closed days by their ids. With ids that it knows, PostgreSQL may scan the whole table."""


class KeptDay(NamedTuple):
    """A closed day whose sums are valid. `version` is another one after each time that its sums
    are written."""

    id: int
    day: date
    version: str


class ProductSums(NamedTuple):
    """Columns: a product, its orders, items and points; as PostgreSQL writes arrays, which is sent
    without converting thousands of numbers."""

    products: str = "{}"
    orders: str = "{}"
    goods: str = "{}"
    points: str = "{}"


class SoldRepository:
    def __init__(self) -> None:
        self._found: LRUCache[tuple[KeptDay, ...], ProductSums | None] = LRUCache(REMEMBERED)

    async def kept(self, zone: str, first: date, last: date) -> list[KeptDay]:
        """The closed days from `first` to `last` that have no refund which is not in their sums."""
        rows = await ClosedDay.raw(
            f"""
            {DAYS} SELECT id, day, version FROM kept
            WHERE is_closed AND day NOT IN (SELECT day FROM given_back) ORDER BY day
            """,  # noqa: S608 - no input in it
            *(zone, first, last, []),
        )
        return [KeptDay(**row) for row in rows]

    async def sums(self, days: Sequence[KeptDay]) -> ProductSums | None:
        """Of these days together; None if they sold more than MOST products. Sums that another
        process writes meanwhile are newer than these days' versions, which then never return."""
        key = tuple(days)
        if key not in self._found:
            self._found[key] = await self._read(days)
        return self._found[key]

    async def _read(self, days: Sequence[KeptDay]) -> ProductSums | None:
        rows = await ClosedDayProduct.raw(
            f"{PRODUCTS_OF_DAYS} LIMIT {MOST + 1:d}", [day.id for day in days]
        )
        if len(rows) > MOST:
            return None
        names = ("product", "orders", "goods", "points")
        columns = (",".join(str(row[name]) for row in rows) for name in names)
        return ProductSums(*(f"{{{column}}}" for column in columns))
