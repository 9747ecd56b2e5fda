"""Orders as staff look for them, with customers, goods and delivery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from shop.orders.tables import Order
from shop.paging import MAX_INT
from shop.staff.search import containing

MAX_FOUND = 1_000
"""Users, and products, that a search's words may find."""

SELECT = """
    SELECT o.id, o."user" AS user_id, u.username, o.status, o.total, o.created_at,
        (extract(epoch FROM o.created_at) * 1000000)::bigint AS created_us,
        l.name, l.name_en, l.quantity, l.count,
        EXISTS (
            SELECT FROM outbox_messages m
            WHERE m.subject = 'order:' || o.id AND m.type = 'order.created'
                AND m.sent_at IS NOT NULL
        ) AS delivered
    FROM orders o
    JOIN users u ON u.id = o."user"
    CROSS JOIN LATERAL (
        SELECT (array_agg(name ORDER BY id))[1] AS name,
            (array_agg(name_en ORDER BY id))[1] AS name_en,
            (array_agg(quantity ORDER BY id))[1] AS quantity, count(*)
        FROM order_lines WHERE "order" = o.id
    ) l
"""
UNSENT = """
    SELECT substring(subject FROM 7)::bigint FROM outbox_messages
    WHERE sent_at IS NULL AND type = 'order.created'
"""
NEWEST = " ORDER BY o.created_at DESC, o.id DESC"


class OrderRow(msgspec.Struct, frozen=True):
    """An order in a list: its customer, and the first of its `count` lines."""

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
        return self.name_en if language == "en" and self.name_en else self.name


class OrderFilter(msgspec.Struct, frozen=True):
    """`q`: an order's number, or a part of a customer's or a product's name. `delivery`: `sent` or
    `pending`. From `since` on, before `until`."""

    q: str = ""
    status: str = ""
    delivery: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Picked(NamedTuple):
    """A line of the picking list."""

    order_id: int
    username: str
    product_id: int
    name: str
    name_en: str
    quantity: int

    def named(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class StaffOrderRepository:
    async def found(
        self, chosen: OrderFilter, before: Sequence[int] | None, limit: int
    ) -> list[OrderRow]:
        """The newest first. `before`: microseconds and id of the last row of the page before."""
        tests, args = _tests(chosen)
        if before:
            moment = "'epoch'::timestamptz + {}::bigint * interval '1 microsecond'"
            tests.append(f"(o.created_at, o.id) < ({moment}, {{}})")
            args += before
        where = f" WHERE {' AND '.join(tests)}" if tests else ""
        rows = await Order.raw(f"{SELECT}{where}{NEWEST} LIMIT {limit:d}", *args)
        return [OrderRow(**row) for row in rows]

    async def of_ids(self, order_ids: Sequence[int]) -> list[OrderRow]:
        """These orders, the oldest first."""
        rows = await Order.raw(SELECT + " WHERE o.id = ANY({}) ORDER BY o.id", list(order_ids))
        return [OrderRow(**row) for row in rows]

    async def lines_of(self, order_ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
        """The lines of these orders, by order."""
        found: dict[int, list[dict[str, Any]]] = {order_id: [] for order_id in order_ids}
        rows = await Order.raw(
            """
            SELECT "order", product AS product_id, name, name_en, quantity, unit_price
            FROM order_lines WHERE "order" = ANY({}) ORDER BY id
            """,
            list(order_ids),
        )
        for row in rows:
            found[row["order"]].append(row)
        return found

    async def to_pick(self, order_ids: Sequence[int], limit: int) -> list[Picked]:
        """The lines of these orders, or of the `limit` oldest that are paid; the oldest first."""
        waiting = "SELECT id FROM orders WHERE status = 'paid' ORDER BY created_at, id LIMIT {}"
        rows = await Order.raw(
            f"""
            SELECT o.id AS order_id, u.username, l.product AS product_id, l.name, l.name_en,
                l.quantity
            FROM orders o JOIN users u ON u.id = o."user" JOIN order_lines l ON l."order" = o.id
            WHERE o.status = 'paid' AND o.id {"= ANY({})" if order_ids else f"IN ({waiting})"}
            ORDER BY o.id, l.id
            """,  # noqa: S608 - one of the two above
            list(order_ids) or limit,
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
            WHERE reference = {} AND kind IN ('spend', 'refund') ORDER BY id
            """,
            f"order:{order_id}",
        )

    async def lines(self, order_id: int) -> list[dict[str, Any]]:
        """The order's lines, each with its product's picture, and stock and price now."""
        return await Order.raw(
            """
            SELECT l.product AS product_id, l.name, l.name_en, l.quantity, l.unit_price,
                p.picture, p.price, p.active, s.quantity AS stock
            FROM order_lines l JOIN products p ON p.id = l.product
            JOIN stocks s ON s.product = p.id
            WHERE l."order" = {} ORDER BY l.id
            """,
            order_id,
        )


def _tests(chosen: OrderFilter) -> tuple[list[str], list[Any]]:
    tests: list[str] = []
    args: list[Any] = []
    if chosen.q:
        test, found = _matches(chosen.q)
        tests.append(test)
        args += found
    if chosen.status:
        tests.append("o.status = {}")
        args.append(chosen.status)
    if chosen.delivery:
        tests.append(f"o.id {'IN' if chosen.delivery == 'pending' else 'NOT IN'} ({UNSENT})")
    if chosen.since:
        tests.append("o.created_at >= {}")
        args.append(chosen.since)
    if chosen.until:
        tests.append("o.created_at < {}")
        args.append(chosen.until)
    return tests, args


def _matches(words: str) -> tuple[str, list[Any]]:
    """The order of this number; else those of customers and products with such a name."""
    number = words.removeprefix("#")
    if number.isascii() and number.isdecimal() and int(number) <= MAX_INT:
        return "o.id = {}", [int(number)]
    part = containing(words)
    return (
        f"""(
            o."user" IN (SELECT id FROM users WHERE username ILIKE {{}} LIMIT {MAX_FOUND})
            OR o.id IN (
                SELECT l."order" FROM order_lines l WHERE l.product IN (
                    SELECT id FROM products WHERE name ILIKE {{}} OR name_en ILIKE {{}}
                    LIMIT {MAX_FOUND}
                )
            )
        )""",  # noqa: S608 - no input in it
        [part, part, part],
    )
