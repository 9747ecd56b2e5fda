"""Movements of stock: deliveries, corrections, sales and returns. It only reads."""

import heapq
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from shop.paging import MAX_INT
from shop.products.tables import Product

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


class StockMoveRepository:
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


def _merged(rows: list[dict[str, Any]]) -> list[Movement]:
    """By time. Those of one source keep their order, by which the list goes on."""
    moves = [Movement(**{n: v for n, v in row.items() if n != "stock"}) for row in rows]
    sources = [[move for move in moves if move.source == source] for source in range(3)]
    return list(heapq.merge(*sources, key=lambda move: move.at, reverse=True))
