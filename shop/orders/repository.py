"""The only place that writes `orders` and `order_lines`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from piccolo.columns.combination import WhereRaw

from shop.orders.tables import Order, OrderLine
from shop.prepared import compile_once
from shop.products.service import Item

Status = Literal["paid", "fulfilled", "cancelled"]


class Line(msgspec.Struct, frozen=True):
    """One product of an order: its names and its price in points at that time."""

    product_id: int
    name: str
    name_en: str
    quantity: int
    unit_price: int

    def named(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class PlacedOrder(msgspec.Struct, frozen=True):
    """An order with its lines. Total in points."""

    id: int
    user_id: int
    status: Status
    total: int
    created_at: datetime
    lines: list[Line] = []

    @property
    def subject(self) -> str:
        """What ledger entries and messages refer to it by."""
        return subject_of(self.id)

    @property
    def items(self) -> list[Item]:
        return [Item(line.product_id, line.quantity) for line in self.lines]


def subject_of(order_id: int) -> str:
    return f"order:{order_id}"


class OrderRepository:
    async def next_ids(self, count: int) -> tuple[list[int], datetime]:
        """Reserves ids, and reads the time at which the orders are placed. Done before stock is
        locked, this saves a round trip under lock; a refused order leaves a gap in the ids."""
        rows = await _next_ids(count)
        return [row["id"] for row in rows], rows[0]["created_at"]

    async def save(self, orders: Sequence[PlacedOrder]) -> None:
        """Saves paid orders with their lines, in one statement."""
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
        )

    async def of_user(self, user_id: int, before_id: int | None, limit: int) -> list[PlacedOrder]:
        """The user's orders with ids below `before_id`, the newest first."""
        # Sorted by the user first, as a range: only the index on (user, id) is in this order.
        # Otherwise PostgreSQL may read all orders of the user, or of all users.
        query = _orders().where((Order.user >= user_id) & (Order.user <= user_id))
        if before_id is not None:
            query = query.where(Order.id < before_id)
        rows = await query.order_by(Order.user).order_by(Order.id, ascending=False).limit(limit)
        return await self._with_lines(rows)

    async def one(self, order_id: int, user_id: int | None) -> PlacedOrder | None:
        """The order if it is this user's; any user's if `user_id` is None."""
        rows = await _order(order_id)
        found = await self._with_lines([r for r in rows if user_id in (None, r["user_id"])])
        return found[0] if found else None

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

    async def change_status(self, order_id: int, old: str, new: str) -> bool:
        """Changes `old` to `new`. False, with no change, if it was no longer `old`."""
        changed = (
            await Order.update({Order.status: new})
            .where((Order.id == order_id) & (Order.status == old))
            .returning(Order.id)
        )
        return bool(changed)

    async def _with_lines(self, rows: list[dict[str, Any]]) -> list[PlacedOrder]:
        """The orders of `rows` with all their lines, which take one query."""
        lines: dict[int, list[Line]] = {row["id"]: [] for row in rows}
        if lines:
            for line in await _lines(list(lines)):
                lines[line.pop("order")].append(Line(**line))
        return [PlacedOrder(**row, lines=lines[row["id"]]) for row in rows]


def _orders() -> Any:
    return Order.select(
        Order.id, Order.user.as_alias("user_id"), Order.status, Order.total, Order.created_at
    )


@compile_once
def _order(order_id: int) -> Any:
    return _orders().where(Order.id == order_id)


@compile_once
def _lines(order_ids: list[int]) -> Any:
    return (
        OrderLine.select(
            OrderLine.order,
            OrderLine.product.as_alias("product_id"),
            OrderLine.name,
            OrderLine.name_en,
            OrderLine.quantity,
            OrderLine.unit_price,
        )
        .where(WhereRaw('"order" = ANY({})', order_ids))
        .order_by(OrderLine.id)
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
) -> Any:
    """The foreign key of the lines is checked at the end of the statement, when the orders exist.
    `created_at` is the transaction's time, which `next_ids` has read."""
    return Order.raw(
        """
        WITH saved AS (
            INSERT INTO orders (id, "user", total, status)
            SELECT *, 'paid' FROM unnest({}::bigint[], {}::bigint[], {}::bigint[])
        )
        INSERT INTO order_lines ("order", product, name, name_en, quantity, unit_price)
        SELECT * FROM unnest(
            {}::bigint[], {}::bigint[], {}::text[], {}::text[], {}::integer[], {}::bigint[]
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
    )
