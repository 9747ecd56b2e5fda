"""Stock as staff look at it: on hand, what was sold lately, and each movement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from shop.paging import MAX_INT
from shop.products.tables import Product
from shop.staff.search import containing
from shop.staff.today_repository import LOW

SELECT = """
    SELECT p.id, p.name, p.name_en, p.active, s.quantity AS stock, sold.week, sold.month,
        (SELECT max(e.created_at) FROM stock_entries e WHERE e.product = p.id) AS moved_at
    FROM products p JOIN stocks s ON s.product = p.id
    CROSS JOIN LATERAL (
        SELECT COALESCE(sum(l.quantity), 0)::bigint AS month,
            COALESCE(sum(l.quantity) FILTER (
                WHERE o.created_at > now() - interval '7 days'), 0)::bigint AS week
        FROM order_lines l JOIN orders o ON o.id = l."order"
        WHERE l.product = p.id AND o.status <> 'cancelled'
            AND o.created_at > now() - interval '30 days'
    ) sold
"""
SHOWN = {
    "": "true",
    "low": f"p.active AND s.quantity BETWEEN 1 AND {LOW}",
    "sold-out": "p.active AND s.quantity = 0",
}
"""What a list shows, each with its test."""


class StockRow(msgspec.Struct, frozen=True):
    """A product's stock and its sales of 7 and 30 days, in items, without cancelled orders."""

    id: int
    name: str
    name_en: str
    active: bool
    stock: int
    week: int
    month: int
    moved_at: datetime | None

    @property
    def days_left(self) -> int | None:
        """Days until it is sold out, as it sold in 30 days; None if nothing was sold."""
        return self.stock * 30 // self.month if self.month else None

    def named(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class StockRepository:
    async def found(
        self, words: str, shown: str, below_id: int | None, limit: int
    ) -> list[StockRow]:
        """The newest products first, with ids below `below_id`. `words`: a number, or a part of a
        name. `shown`: a key of SHOWN."""
        tests, args = [SHOWN[shown]], list[Any]()
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

    async def one(self, product_id: int) -> StockRow | None:
        rows = await Product.raw(SELECT + " WHERE p.id = {}", product_id)
        return StockRow(**rows[0]) if rows else None

    async def movements(self, product_id: int, limit: int) -> list[dict[str, Any]]:
        """Deliveries, corrections, sales and returns, the newest first."""
        return await Product.raw(
            """
            SELECT m.* FROM (
                SELECT e.created_at AS at, e.kind, e.amount, e.reason, u.username AS who,
                    e.id AS entry, NULL::bigint AS "order"
                FROM stock_entries e LEFT JOIN users u ON u.id = e.actor WHERE e.product = {}
                UNION ALL
                SELECT o.created_at, 'sale', -l.quantity, '', u.username, NULL, o.id
                FROM order_lines l JOIN orders o ON o.id = l."order" JOIN users u ON u.id = o."user"
                WHERE l.product = {}
            ) m ORDER BY m.at DESC, m.entry DESC LIMIT {}
            """,
            product_id,
            product_id,
            limit,
        )

    async def entry(self, entry_id: int) -> dict[str, Any] | None:
        """A delivery or correction: its product and amount."""
        rows = await Product.raw(
            "SELECT product, amount FROM stock_entries WHERE id = {}", entry_id
        )
        return rows[0] if rows else None

    async def is_known(self, reference: str) -> bool:
        """Whether a movement has this reference; the column is unique."""
        return bool(await Product.raw("SELECT FROM stock_entries WHERE reference = {}", reference))


def _matches(words: str) -> tuple[str, Sequence[Any]]:
    if words.isascii() and words.isdecimal() and int(words) <= MAX_INT:
        return "p.id = {}", [int(words)]
    part = containing(words)
    return "(p.name ILIKE {} OR p.name_en ILIKE {})", [part, part]
