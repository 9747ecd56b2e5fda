"""The only place that writes `orders`, `order_lines` and `order_recipients`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec
from piccolo.columns.combination import WhereRaw

from shop.addresses.recipient import Recipient
from shop.orders.tables import Order, OrderLine, OrderRecipient
from shop.prepared import compile_once
from shop.products.delivery import PARCEL, Delivery
from shop.products.service import Item

Status = Literal["paid", "fulfilled", "cancelled"]
CLOSED = {"fulfilled", "cancelled"}


class Line(msgspec.Struct, frozen=True):
    """One product of an order: its names and its price in points at that time."""

    product_id: int
    name: str
    name_en: str
    quantity: int
    unit_price: int
    delivery: Delivery = "desk"

    def named(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name


class PlacedOrder(msgspec.Struct, frozen=True):
    """An order with its lines. Total in points. `recipient` is None without a parcel, and once it
    is erased."""

    id: int
    user_id: int
    status: Status
    total: int
    created_at: datetime
    lines: list[Line] = []
    recipient: Recipient | None = None

    @property
    def subject(self) -> str:
        """What ledger entries and messages refer to it by."""
        return subject_of(self.id)

    @property
    def items(self) -> list[Item]:
        return [Item(line.product_id, line.quantity) for line in self.lines]

    @property
    def has_parcel(self) -> bool:
        return any(line.delivery == PARCEL for line in self.lines)


def subject_of(order_id: int) -> str:
    return f"order:{order_id}"


class OrderRepository:
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
        if sent := [(order.id, order.recipient) for order in orders if order.recipient]:
            await _save_recipients(
                [order_id for order_id, _ in sent],
                *([getattr(one, name) for _, one in sent] for name in Recipient.__struct_fields__),
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
        return bool(await _change_status(new, new in CLOSED, order_id, old))

    async def set_recipient(self, order_id: int, user_id: int, recipient: Recipient) -> bool:
        """False, with no change, unless it is a paid order of the user that has a recipient."""
        values = msgspec.structs.asdict(recipient)
        return bool(await _set_recipient(order_id, user_id, *values.values()))

    async def erase_recipients(self, age: timedelta, limit: int) -> list[int]:
        """Erases recipients of orders that were closed more than `age` ago, by PostgreSQL's clock.
        Returns the ids of up to `limit` orders, without those that another process is erasing."""
        rows = await OrderRecipient.raw(
            """
            UPDATE order_recipients SET name = '', phone = '', country = '', postcode = '',
                line1 = '', line2 = '', note = '', erased_at = now()
            WHERE "order" IN (
                SELECT r."order" FROM order_recipients r JOIN orders o ON o.id = r."order"
                WHERE r.erased_at IS NULL AND o.closed_at < now() - {}::interval
                ORDER BY r."order" LIMIT {} FOR UPDATE OF r SKIP LOCKED
            )
            RETURNING "order" AS id
            """,
            age,
            limit,
        )
        return [row["id"] for row in rows]

    async def _with_lines(self, rows: list[dict[str, Any]]) -> list[PlacedOrder]:
        """The orders of `rows` with all their lines, which take one query, and their recipients,
        which take another if there are any."""
        lines: dict[int, list[Line]] = {row["id"]: [] for row in rows}
        if lines:
            for line in await _lines(list(lines)):
                lines[line.pop("order")].append(Line(**line))
        orders = [PlacedOrder(**row, lines=lines[row["id"]]) for row in rows]
        sent = [order.id for order in orders if order.has_parcel]
        found = {row.pop("id"): Recipient(**row) for row in await _recipients(sent)} if sent else {}
        if not found:
            return orders
        return [msgspec.structs.replace(o, recipient=found.get(o.id)) for o in orders]


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
            OrderLine.delivery,
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
def _save_recipients(
    order_ids: list[int],
    names: list[str],
    phones: list[str],
    postcodes: list[str],
    lines1: list[str],
    lines2: list[str],
    notes: list[str],
    countries: list[str],
) -> Any:
    return OrderRecipient.raw(
        """
        INSERT INTO order_recipients
            ("order", name, phone, postcode, line1, line2, note, country)
        SELECT * FROM unnest(
            {}::bigint[], {}::text[], {}::text[], {}::text[], {}::text[], {}::text[], {}::text[],
            {}::text[]
        )
        """,
        order_ids,
        names,
        phones,
        postcodes,
        lines1,
        lines2,
        notes,
        countries,
    )


@compile_once
def _recipients(order_ids: list[int]) -> Any:
    return OrderRecipient.raw(
        """
        SELECT "order" AS id, name, phone, postcode, line1, line2, note, country
        FROM order_recipients WHERE "order" = ANY({}::bigint[]) AND erased_at IS NULL
        """,
        order_ids,
    )


@compile_once
def _change_status(new: str, closed: bool, order_id: int, old: str) -> Any:
    return Order.raw(
        """
        UPDATE orders SET status = {}, closed_at = CASE WHEN {}::boolean THEN now() END
        WHERE id = {} AND status = {} RETURNING id
        """,
        new,
        closed,
        order_id,
        old,
    )


@compile_once
def _set_recipient(
    order_id: int,
    user_id: int,
    name: str,
    phone: str,
    postcode: str,
    line1: str,
    line2: str,
    note: str,
    country: str,
) -> Any:
    """The order is locked, so that it is not fulfilled at the same time."""
    return OrderRecipient.raw(
        """
        WITH paid AS (
            SELECT id FROM orders WHERE id = {} AND "user" = {} AND status = 'paid'
            FOR NO KEY UPDATE
        )
        UPDATE order_recipients SET (name, phone, postcode, line1, line2, note, country) =
            ({}, {}, {}, {}, {}, {}, {})
        FROM paid WHERE "order" = paid.id AND erased_at IS NULL RETURNING "order"
        """,
        order_id,
        user_id,
        name,
        phone,
        postcode,
        line1,
        line2,
        note,
        country,
    )
