"""Orders as staff look for them, with customers, goods and delivery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from shop.order_number import order_named
from shop.orders.tables import Order
from shop.paging import MAX_INT
from shop.staff.order_search import HIGHEST, NEWEST, OrderFilter, newest_orders, orders_by_words
from shop.text import in_language

# What is shown of orders `o`, which are chosen first: nothing is looked up for others.
SHOWN = """
    SELECT o.id, o."user" AS user_id, u.username, o.status, o.total, o.created_at,
        (extract(epoch FROM o.created_at) * 1000000)::bigint AS created_us,
        l.name, l.name_en, l.quantity, l.count,
        EXISTS (
            SELECT FROM outbox_messages m
            WHERE m.subject = 'order:' || o.id AND m.type = 'order.created'
                AND m.sent_at IS NOT NULL
        ) AS delivered
    FROM ({chosen}) o
    JOIN users u ON u.id = o."user"
    CROSS JOIN LATERAL (
        SELECT (array_agg(name ORDER BY id))[1] AS name,
            (array_agg(name_en ORDER BY id))[1] AS name_en,
            (array_agg(quantity - CASE WHEN o.status = 'cancelled' THEN 0 ELSE cancelled END
                       ORDER BY id))[1] AS quantity, count(*)
        FROM order_lines
        WHERE "order" = o.id AND (o.status = 'cancelled' OR quantity > cancelled)
    ) l
    ORDER BY {order}
"""
OF_IDS = SHOWN.format(chosen="SELECT * FROM orders WHERE id = ANY({})", order="o.id")


class OrderRow(msgspec.Struct, frozen=True):
    """An order in a list: its customer, and the first of its `count` lines, without cancelled items
    unless the whole order was cancelled."""

    id: int
    user_id: int
    username: str
    status: str
    total: int
    created_at: datetime
    created_us: int
    name: str
    name_en: str
    quantity: int
    count: int
    delivered: bool

    def named(self, language: str) -> str:
        return in_language(language, self.name, self.name_en)


class Picked(NamedTuple):
    """A line of the picking list."""

    order_id: int
    username: str
    product_id: int
    name: str
    name_en: str
    quantity: int
    delivery: str

    def named(self, language: str) -> str:
        return in_language(language, self.name, self.name_en)


class StaffOrderRepository:
    async def find(
        self, chosen: OrderFilter, before: Sequence[int] | None, limit: int
    ) -> list[OrderRow]:
        """The newest first; what is searched for, by its number. `before`: microseconds and id of
        the last row of the page before."""
        number = order_named(chosen.q)
        if chosen.q and number is None:
            sql, args = orders_by_words(chosen, before[1] if before else MAX_INT, limit)
            order = HIGHEST
        else:
            sql, args = newest_orders(chosen, number, before, limit)
            order = NEWEST
        rows = await Order.raw(SHOWN.format(chosen=sql, order=order), *args)
        return [OrderRow(**row) for row in rows]

    async def of_ids(self, order_ids: Sequence[int]) -> list[OrderRow]:
        """These orders, the oldest first."""
        return [OrderRow(**row) for row in await Order.raw(OF_IDS, list(order_ids))]

    async def lines_of(self, order_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
        """The lines of these orders, by order."""
        found: dict[int, list[dict[str, Any]]] = {order_id: [] for order_id in order_ids}
        rows = await Order.raw(
            """
            SELECT "order", product AS product_id, name, name_en, quantity, unit_price,
                cancelled, returned
            FROM order_lines WHERE "order" = ANY({}) ORDER BY id
            """,
            list(order_ids),
        )
        for row in rows:
            found[row["order"]].append(row)
        return found

    async def to_pick(self, order_ids: Sequence[int], limit: int) -> list[Picked]:
        """The lines of these orders, or of the `limit` oldest that are paid; the oldest first."""
        waiting = f"""
            SELECT id FROM orders WHERE status = 'paid' ORDER BY created_at, id LIMIT {limit:d}
        """  # noqa: S608 - no input in it
        rows = await Order.raw(
            f"""
            SELECT o.id AS order_id, u.username, l.product AS product_id, l.name, l.name_en,
                l.quantity - l.cancelled AS quantity, l.delivery
            FROM orders o JOIN users u ON u.id = o."user" JOIN order_lines l ON l."order" = o.id
            WHERE o.status = 'paid' AND l.quantity > l.cancelled
                AND o.id = ANY({"{}" if order_ids else f"ARRAY({waiting})"})
            ORDER BY o.id, l.id
            """,  # noqa: S608 - one of the two above
            *([list(order_ids)] if order_ids else []),
        )
        return [Picked(**row) for row in rows]

    async def messages(self, order_id: int) -> list[dict[str, Any]]:
        """The order's messages to the external system, the oldest first."""
        return await Order.raw(
            """
            SELECT id, type, created_at, sent_at, given_up_at, attempts, last_answer
            FROM outbox_messages WHERE subject = {} ORDER BY id
            """,
            f"order:{order_id}",
        )

    async def entries(self, order_id: int) -> list[dict[str, Any]]:
        """The movements of points for the order."""
        return await Order.raw(
            """
            SELECT kind, amount, balance_after, created_at FROM point_entries
            WHERE kind IN ('spend', 'refund') AND reference IN (
                SELECT {}::text UNION ALL
                SELECT 'order:' || r."order" || ':' || r.id FROM order_refunds r
                WHERE r."order" = {})
            ORDER BY id
            """,
            f"order:{order_id}",
            order_id,
        )

    async def lines(self, order_id: int) -> list[dict[str, Any]]:
        """The order's lines, each with its product's picture, and stock and price now."""
        return await Order.raw(
            """
            SELECT l.product AS product_id, l.name, l.name_en, l.quantity, l.unit_price,
                l.cancelled, l.returned, l.delivery, l.quantity - l.cancelled AS to_hand_over,
                p.picture, p.price, p.active, s.quantity AS stock
            FROM order_lines l JOIN products p ON p.id = l.product
            JOIN stocks s ON s.product = p.id
            WHERE l."order" = {} ORDER BY l.id
            """,
            order_id,
        )
