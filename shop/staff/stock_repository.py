"""The only place that writes `stock_thresholds`; and the stock and recent sales of products."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import msgspec

from shop.errors import NotFound
from shop.numbers import row_id
from shop.paging import MAX_INT
from shop.products.delivery import Delivery
from shop.products.repository import NAMES
from shop.products.tables import Product
from shop.staff.search import containing
from shop.staff.settings_repository import LOW_STOCK, SettingsRepository
from shop.staff.tables import StockThreshold
from shop.text import in_language

MAX_THRESHOLD = 1_000_000  # items
LOW = 5
"""Items up to which stock is low, where neither the product nor the settings say otherwise."""


def _first_order(days: int) -> str:
    return f"""COALESCE(
        (SELECT id FROM orders WHERE created_at > now() - interval '{days} days'
            ORDER BY created_at, id LIMIT 1), 9223372036854775807)"""  # noqa: S608 - no input in it


# Orders of 7 and 30 days are found by their numbers, which grow with time: the index of a product's
# lines is in their order, and has all that is summed up. All items of a cancelled order are
# cancelled.
SELECT = f"""
    SELECT p.id, p.lead, p.active, p.delivery, s.quantity AS stock, {NAMES},
        sold.week, sold.month,
        t.threshold, GREATEST(
            (SELECT e.created_at FROM stock_entries e WHERE e.product = p.id
                ORDER BY e.id DESC LIMIT 1),
            (SELECT o.created_at FROM order_lines l JOIN orders o ON o.id = l."order"
                WHERE l.product = p.id ORDER BY l."order" DESC LIMIT 1)
        ) AS moved_at
    FROM products p JOIN stocks s ON s.product = p.id
    LEFT JOIN stock_thresholds t ON t.product = p.id
    CROSS JOIN (SELECT {_first_order(7)} AS week, {_first_order(30)} AS month) first
    CROSS JOIN LATERAL (
        SELECT COALESCE(sum(l.quantity - l.cancelled), 0)::bigint AS month,
            COALESCE(sum(l.quantity - l.cancelled) FILTER (
                WHERE l."order" >= first.week), 0)::bigint AS week
        FROM order_lines l WHERE l.product = p.id AND l."order" >= first.month
    ) sold
"""  # noqa: S608 - no input in it
SHOWN = {
    "": "true",
    "low": "p.active AND s.quantity BETWEEN 1 AND COALESCE(t.threshold, {})",
    "sold-out": "p.active AND s.quantity = 0",
}
"""What a list shows, each with its test."""


class StockRow(msgspec.Struct, frozen=True):
    """A product's stock and its sales of 7 and 30 days, in items, without cancelled orders. Without
    a `threshold` of its own, that of the settings applies."""

    id: int
    name: str
    name_en: str
    lead: int | None
    active: bool
    delivery: Delivery
    stock: int
    week: int
    month: int
    threshold: int | None
    moved_at: datetime | None

    @property
    def days_left(self) -> int | None:
        """Days until it is sold out, at the rate of the last 30 days; None if nothing was sold."""
        return self.stock * 30 // self.month if self.month else None

    def named(self, language: str) -> str:
        return in_language(language, self.name, self.name_en)


class StockRepository:
    async def low(self) -> int:
        """Items up to which stock is low, without a threshold of the product's own."""
        chosen = await SettingsRepository().get(LOW_STOCK)
        return LOW if chosen is None else chosen

    async def find(
        self, words: str, shown: str, below_id: int | None, limit: int
    ) -> list[StockRow]:
        """The newest products first, with ids below `below_id`. `words`: a number, or a part of a
        name. `shown`: a key of SHOWN."""
        tests, args = [SHOWN[shown]], list[Any]()
        if "{}" in SHOWN[shown]:
            args.append(await self.low())
        if words:
            test, found = _matches(words)
            tests.append(test)
            args += found
        if below_id is not None:
            tests.append("p.id < {}")
            args.append(below_id)
        where = " AND ".join(tests)
        rows = await Product.raw(
            f"{SELECT} WHERE {where} ORDER BY p.id DESC LIMIT {limit:d}", *args
        )
        return [StockRow(**row) for row in rows]

    async def one(self, product_id: int) -> StockRow:
        """Raises NotFound."""
        in_range = product_id <= MAX_INT
        rows = await Product.raw(SELECT + " WHERE p.id = {}", product_id) if in_range else []
        if not rows:
            raise NotFound
        return StockRow(**rows[0])

    async def named(self, names: Collection[str]) -> dict[str, list[int]]:
        """The numbers of the products that have these names, by name."""
        rows = await Product.raw(
            "SELECT id, name, name_en FROM products WHERE name = ANY({}) OR name_en = ANY({})",
            list(names),
            list(names),
        )
        found: dict[str, list[int]] = {}
        for row in rows:
            for name in {row["name"], row["name_en"]} & set(names):
                found.setdefault(name, []).append(row["id"])
        return found

    async def set_threshold(self, product_id: int, threshold: int | None) -> None:
        """Without one, that of the settings applies."""
        if threshold is None:
            await StockThreshold.delete().where(StockThreshold.product == product_id)
            return
        row = StockThreshold(product=product_id, threshold=threshold)
        await StockThreshold.insert(row).on_conflict(
            target=StockThreshold.product,
            action="DO UPDATE",
            values=[StockThreshold.threshold],
        )


def _matches(words: str) -> tuple[str, Sequence[Any]]:
    if (number := row_id(words)) is not None:
        return "p.id = {}", [number]
    part = containing(words)
    return "(p.name ILIKE {} OR p.name_en ILIKE {})", [part, part]
