"""The only place that writes `stock_thresholds`; and stock as staff see it: on hand, sold lately,
and each movement."""

import heapq
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from shop.errors import NotFound
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

# Each kind of movement has its own key. One statement, so that the movements add up to the stock.
MOVEMENTS = """
    SELECT s.quantity AS stock, m.* FROM stocks s CROSS JOIN (
        (SELECT 0 AS source, e.id AS key, e.created_at AS at, e.kind, e.amount, e.reason,
            u.username AS who, e.id AS entry, NULL::bigint AS "order",
            COALESCE(e.reference LIKE 'undo:%', false) AS undoes, EXISTS (
                SELECT FROM stock_entries c WHERE c.reference = 'undo:' || e.id) AS undone
        FROM stock_entries e LEFT JOIN users u ON u.id = e.actor
        WHERE e.product = {} AND e.id < {} ORDER BY e.id DESC LIMIT {})
        UNION ALL
        (SELECT 1, o.id, o.created_at, 'sale', -l.quantity, '', u.username, NULL, o.id, false, false
        FROM order_lines l JOIN orders o ON o.id = l."order" JOIN users u ON u.id = o."user"
        WHERE l.product = {} AND l."order" < {} ORDER BY l."order" DESC LIMIT {})
        UNION ALL
        (SELECT 2, r.id, r.created_at, 'return', i.restocked, '', u.username, NULL, o.id, false,
            false
        FROM order_refund_lines i JOIN order_refunds r ON r.id = i.refund
        JOIN orders o ON o.id = r."order" JOIN users u ON u.id = o."user"
        WHERE i.product = {} AND i.refund < {} AND i.restocked > 0
        ORDER BY i.refund DESC LIMIT {})
    ) m WHERE s.product = {} ORDER BY m.source, m.key DESC
"""


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


class Movement(msgspec.Struct, frozen=True):
    """Items that came or went, and how many there were after it. `key` is its place among those of
    its source: entries, sales or returns."""

    source: int
    key: int
    at: datetime
    kind: str
    amount: int
    reason: str
    who: str | None
    entry: int | None
    order: int | None
    undoes: bool
    undone: bool
    stock_after: int = 0


class Before(NamedTuple):
    """Where a list of movements goes on: before these keys, from this stock."""

    entry: int = MAX_INT
    sale: int = MAX_INT
    returned: int = MAX_INT
    stock: int | None = None


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

    async def movements(
        self, product_id: int, before: Before, limit: int
    ) -> tuple[list[Movement], Before | None]:
        """Deliveries, corrections, sales and returns, the newest first, and the next key."""
        sources = [part for key in before[:3] for part in (product_id, key, limit + 1)]
        rows = await Product.raw(MOVEMENTS, *sources, product_id)
        now = rows[0]["stock"] if rows else 0
        stock = now if before.stock is None else before.stock
        found: list[Movement] = []
        keys = [before.entry, before.sale, before.returned]
        for move in _merged(rows)[:limit]:
            found.append(msgspec.structs.replace(move, stock_after=stock))
            stock -= move.amount
            keys[move.source] = move.key
        return found, Before(keys[0], keys[1], keys[2], stock) if len(rows) > limit else None

    async def entry(self, entry_id: int) -> dict[str, Any] | None:
        """A delivery or correction: its product, amount, reason and reference."""
        rows = await Product.raw(
            "SELECT product, amount, reason, reference FROM stock_entries WHERE id = {}", entry_id
        )
        return rows[0] if rows else None

    async def is_known(self, reference: str) -> bool:
        """Whether a movement has this reference; the column is unique."""
        return bool(await Product.raw("SELECT FROM stock_entries WHERE reference = {}", reference))

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


def _merged(rows: list[dict[str, Any]]) -> list[Movement]:
    """By time. Those of one source keep their order, by which the list goes on."""
    moves = [Movement(**{n: v for n, v in row.items() if n != "stock"}) for row in rows]
    sources = [[move for move in moves if move.source == source] for source in range(3)]
    return list(heapq.merge(*sources, key=lambda move: move.at, reverse=True))


def _matches(words: str) -> tuple[str, Sequence[Any]]:
    if words.isascii() and words.isdecimal() and int(words) <= MAX_INT:
        return "p.id = {}", [int(words)]
    part = containing(words)
    return "(p.name ILIKE {} OR p.name_en ILIKE {})", [part, part]
