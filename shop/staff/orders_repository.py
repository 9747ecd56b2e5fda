"""Orders as staff look for them, with customers, goods and delivery."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from shop.catalogue.search import by_names
from shop.order_number import order_named
from shop.orders.tables import Order
from shop.paging import MAX_INT, MOMENT
from shop.products.terms import as_typed, words_of
from shop.staff.people_repository import by_beginning

MAX_FOUND = 100
"""Users, and products, that a search's words may find."""
MAX_WORDS = 8

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
UNSENT = """
    SELECT substring(subject FROM 7)::bigint FROM outbox_messages
    WHERE sent_at IS NULL AND type = 'order.created'
"""
DELIVERY = {
    # An array, so that orders are found by their numbers: there are few, and they may be old.
    "pending": f"o.id = ANY(ARRAY({UNSENT}))",
    "sent": f"o.id NOT IN ({UNSENT})",
}
NEWEST = "o.created_at DESC, o.id DESC"
HIGHEST = "o.id DESC"


class OrderRow(msgspec.Struct, frozen=True):
    """An order in a list: its customer, and the first of its `count` lines, without what was
    cancelled unless the whole order was."""

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
    """`q`: an order's number, words of a product's names, or the beginning of a customer's name,
    username, e-mail address or employee number. `delivery`: `sent` or `pending`. From `since` on,
    before `until`."""

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
    delivery: str

    def named(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class StaffOrderRepository:
    async def find(
        self, chosen: OrderFilter, before: Sequence[int] | None, limit: int
    ) -> list[OrderRow]:
        """The newest first; what is searched for, by its number. `before`: microseconds and id of
        the last row of the page before."""
        number = order_named(chosen.q)
        if chosen.q and number is None:
            sql, args = _searched(chosen, before[1] if before else MAX_INT, limit)
            order = HIGHEST
        else:
            sql, args = _listed(chosen, number, before, limit)
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


def _listed(
    chosen: OrderFilter, number: int | None, before: Sequence[int] | None, limit: int
) -> tuple[str, list[Any]]:
    tests, args = _tests(chosen)
    if number is not None:
        tests.append("o.id = {}")
        args.append(number)
    if before:
        tests.append(f"(o.created_at, o.id) < ({MOMENT}, {{}})")
        args += before
    where = f"WHERE {' AND '.join(tests)}" if tests else ""
    return f"SELECT * FROM orders o {where} ORDER BY {NEWEST} LIMIT {limit:d}", args  # noqa: S608


def _searched(chosen: OrderFilter, below: int, limit: int) -> tuple[str, list[Any]]:
    """The newest orders of each customer and each product that the words find, by their indexes,
    and of these the newest: a popular product has more orders than should be read."""
    tests, args = _tests(chosen)
    passes = " AND ".join(["true", *tests])
    newest = f"ORDER BY id DESC LIMIT {limit:d}"
    name, found = by_beginning(chosen.q)
    parts = [
        f"""(SELECT x.id FROM (SELECT id FROM users u WHERE {name} LIMIT {MAX_FOUND}) u
        CROSS JOIN LATERAL (
            SELECT o.id FROM orders o WHERE o."user" = u.id AND o.id < {{}} AND {passes} {newest}
        ) x)"""  # noqa: S608 - no input in it
    ]
    values = [*found, below, *args]
    if words := words_of(chosen.q, MAX_WORDS):
        products = by_names([as_typed(word) for word in words]).index_query
        assert products is not None
        # No join with orders: PostgreSQL might begin with all orders of a status.
        parts.append(
            f"""(SELECT x.id FROM ({products.sql} LIMIT {MAX_FOUND}) p
            CROSS JOIN LATERAL (
                SELECT l."order" AS id FROM order_lines l
                WHERE l.product = p.product AND l."order" < {{}}
                    AND (SELECT true FROM orders o WHERE o.id = l."order" AND {passes}) {newest}
            ) x)"""  # noqa: S608 - no input in it
        )
        values += [*products.args, below, *args]
    sql = f"""
        SELECT o.* FROM orders o WHERE o.id = ANY(ARRAY({" UNION ".join(parts)}))
        ORDER BY {HIGHEST} LIMIT {limit:d}
    """  # noqa: S608 - no input in it
    return sql, values


def _tests(chosen: OrderFilter) -> tuple[list[str], list[Any]]:
    tests: list[str] = []
    args: list[Any] = []
    if chosen.status:
        tests.append("o.status = {}")
        args.append(chosen.status)
    if chosen.delivery:
        tests.append(DELIVERY[chosen.delivery])
    if chosen.since:
        tests.append("o.created_at >= {}")
        args.append(chosen.since)
    if chosen.until:
        tests.append("o.created_at < {}")
        args.append(chosen.until)
    return tests, args
