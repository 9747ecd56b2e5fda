"""The only place that writes `orders` and `order_lines`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from shop.external.repository import ACCEPTED
from shop.orders.order import PlacedOrder
from shop.orders.recipient_repository import RecipientRepository
from shop.orders.tables import Order
from shop.paging import MAX_INT
from shop.prepared import Row, compile_once
from shop.products.delivery import Delivery
from shop.products.picture import PICTURE


class OrderRepository:
    def __init__(self) -> None:
        self._recipients = RecipientRepository()

    async def next_ids(self, count: int) -> tuple[list[int], datetime]:
        """Reserves ids, and reads the time at which the orders are placed. Done before stock is
        locked, this saves a round trip under lock; a refused order leaves a gap in the ids."""
        rows = await _next_ids(count)
        return [row["id"] for row in rows], rows[0]["created_at"]

    async def save(self, orders: Sequence[PlacedOrder]) -> None:
        """Saves paid orders with their lines, in one statement, and recipients in another."""
        lines = [(order.id, line) for order in orders for line in order.lines]
        await _save(
            [order.id for order in orders],
            [order.user_id for order in orders],
            [order.total for order in orders],
            [order_id for order_id, _ in lines],
            [line.product_id for _, line in lines],
            [line.name for _, line in lines],
            [line.name_en for _, line in lines],
            [line.quantity for _, line in lines],
            [line.unit_price for _, line in lines],
            [line.delivery for _, line in lines],
        )
        await self._recipients.save(orders)

    async def of_user(self, user_id: int, before_id: int | None, limit: int) -> list[PlacedOrder]:
        """The user's orders with ids below `before_id`, the newest first."""
        return [_decoded(row) for row in await _of_user(user_id, before_id, limit)]

    async def one(self, order_id: int, user_id: int | None) -> PlacedOrder | None:
        """The order if it is this user's; any user's if `user_id` is None."""
        found = [_decoded(row) for row in await _one(order_id)]
        return next((order for order in found if user_id in (None, order.user_id)), None)

    async def last_with(self, user_id: int, product_ids: list[int]) -> int | None:
        """The id of the user's newest order of the last two days that has one of these products and
        was not cancelled."""
        rows = await Order.raw(
            """
            SELECT orders.id FROM orders JOIN order_lines ON order_lines."order" = orders.id
            WHERE "user" = {} AND status <> 'cancelled' AND product = ANY({})
                AND orders.created_at > now() - interval '2 days'
            ORDER BY orders.id DESC LIMIT 1
            """,
            user_id,
            product_ids,
        )
        return rows[0]["id"] if rows else None

    async def lock(self, order_id: int) -> None:
        """Locks the order until the transaction ends."""
        await _lock(order_id)


def _decoded(row: Row) -> PlacedOrder:
    return msgspec.json.decode(str(row["found"]), type=PlacedOrder)


# One statement for an order with all that belongs to it: each further one would cost a page as
# much as rendering the lines.
WHOLE = f"""
    SELECT o.id, o."user" AS user_id, o.status, o.total, o.created_at, o.preparing_at, o.shipped_at,
        o.delivered_at, o.collected_at, o.closed_at, o.refunded, {ACCEPTED} AS accepted,
        COALESCE((SELECT json_agg(l ORDER BY l.id) FROM (
            SELECT id, product AS product_id, name, name_en, quantity, unit_price, delivery,
                cancelled, returned, {PICTURE} AS picture
            FROM order_lines WHERE "order" = o.id) l), '[]') AS lines,
        (SELECT row_to_json(r) FROM (
            SELECT name, phone, postcode, line1, line2, note, country
            FROM order_recipients WHERE "order" = o.id AND erased_at IS NULL) r) AS recipient,
        COALESCE((SELECT json_agg(s ORDER BY s.id) FROM (
            SELECT id, carrier, tracking_no, shipped_at
            FROM shipments WHERE "order" = o.id) s), '[]') AS shipments
"""  # noqa: S608 - no input in it


@compile_once
def _one(order_id: int) -> Any:
    return Order.raw(
        f"SELECT row_to_json(found) AS found FROM ({WHOLE} FROM orders o WHERE o.id = {{}}) found",  # noqa: S608 - no input in it
        order_id,
    )


@compile_once
def _of_user(user_id: int, before_id: int | None, limit: int) -> Any:
    """Sorted by the user first, as a range: only the index on (user, id) is in this order.
    Otherwise PostgreSQL may read all orders of the user, or of all users."""
    return Order.raw(
        f"""
        SELECT row_to_json(found) AS found FROM (
            {WHOLE} FROM orders o
            WHERE o."user" >= {{}} AND o."user" <= {{}} AND o.id < COALESCE({{}}::bigint, {MAX_INT})
        ) found ORDER BY found.user_id, found.id DESC LIMIT {{}}
        """,  # noqa: S608 - no input in it
        user_id,
        user_id,
        before_id,
        limit,
    )


@compile_once
def _next_ids(count: int) -> Any:
    return Order.raw(
        """
        SELECT nextval('orders_id_seq') AS id, now() AS created_at
        FROM generate_series(1, {}::integer)
        """,
        count,
    )


@compile_once
def _save(
    ids: list[int],
    user_ids: list[int],
    totals: list[int],
    order_ids: list[int],
    product_ids: list[int],
    names: list[str],
    names_en: list[str],
    quantities: list[int],
    unit_prices: list[int],
    deliveries: list[Delivery],
) -> Any:
    """The foreign key of the lines is checked at the end of the statement, when the orders exist.
    `created_at` is the transaction's time, which `next_ids` has read."""
    return Order.raw(
        """
        WITH saved AS (
            INSERT INTO orders (id, "user", total, status)
            SELECT *, 'paid' FROM unnest({}::bigint[], {}::bigint[], {}::bigint[])
        )
        INSERT INTO order_lines
            ("order", product, name, name_en, quantity, unit_price, delivery)
        SELECT * FROM unnest(
            {}::bigint[], {}::bigint[], {}::text[], {}::text[], {}::integer[], {}::bigint[],
            {}::text[]
        )
        """,
        ids,
        user_ids,
        totals,
        order_ids,
        product_ids,
        names,
        names_en,
        quantities,
        unit_prices,
        deliveries,
    )


@compile_once
def _lock(order_id: int) -> Any:
    return Order.raw("SELECT id FROM orders WHERE id = {} FOR NO KEY UPDATE", order_id)
