"""The only place with queries on `orders`, `order_lines` and `idempotency_keys`."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import msgspec
from piccolo.columns.column_types import DEFAULT
from piccolo.columns.combination import WhereRaw

from shop.frozen import frozen
from shop.orders.tables import IdempotencyKey, Order, OrderLine
from shop.products.service import Item

Status = Literal["paid", "fulfilled", "cancelled"]


class Line(msgspec.Struct, frozen=True):
    """What was bought of one product, at its price in points and under its names then."""

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
        """How ledger entries and messages name it."""
        return subject_of(self.id)

    @property
    def items(self) -> list[Item]:
        return [Item(line.product_id, line.quantity) for line in self.lines]


def subject_of(order_id: int) -> str:
    return f"order:{order_id}"


class ClaimedKey(NamedTuple):
    """An `Idempotency-Key` that stands for an order already."""

    fingerprint: str
    order_id: int


class OrderRepository:
    async def next_id(self) -> int:
        """The id of an order to come. Known before stock is taken, it saves a round trip while
        others wait for that stock; an order that is refused leaves a gap."""
        [row] = await _next_id()
        return int(row["id"])

    async def save(
        self, order_id: int, user_id: int, total: int, lines: Sequence[Line]
    ) -> PlacedOrder:
        """Saves a paid order with its lines, in one statement."""
        [row] = await _save(
            order_id,
            user_id,
            total,
            [line.product_id for line in lines],
            [line.name for line in lines],
            [line.name_en for line in lines],
            [line.quantity for line in lines],
            [line.unit_price for line in lines],
        )
        return PlacedOrder(order_id, user_id, "paid", total, row["created_at"], [*lines])

    async def of_user(self, user_id: int, before_id: int | None, limit: int) -> list[PlacedOrder]:
        """The user's orders, the newest first, from below `before_id`."""
        # By the user first, though it is one: no other index is in this order, and PostgreSQL
        # would read all of them, or everybody's, where it expects that to be cheap.
        query = _orders().where((Order.user >= user_id) & (Order.user <= user_id))
        if before_id is not None:
            query = query.where(Order.id < before_id)
        rows = await query.order_by(Order.user).order_by(Order.id, ascending=False).limit(limit)
        return await self._with_lines(rows)

    async def one(self, order_id: int, user_id: int | None) -> PlacedOrder | None:
        """The order, if it is this user's; whoever's it is where `user_id` is None."""
        rows = await _order(order_id)
        found = await self._with_lines([r for r in rows if user_id in (None, r["user_id"])])
        return found[0] if found else None

    async def last_with(self, user_id: int, product_ids: list[int]) -> int | None:
        """The user's newest order of the last two days that holds one of these products and was
        not cancelled."""
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
        """From `old` to `new`; False where it was no longer `old`."""
        changed = (
            await Order.update({Order.status: new})
            .where((Order.id == order_id) & (Order.status == old))
            .returning(Order.id)
        )
        return bool(changed)

    async def claim_key(self, user_id: int, key: str, fingerprint: str) -> bool:
        """Claims the key for this transaction. False where it stands for an order already.

        Where another transaction has just claimed it, this waits for that one's end: the unique
        index does. Raises Busy where that takes too long.
        """
        return bool(await _claim_key(user_id, key, fingerprint))

    async def bind_key(self, user_id: int, key: str, order_id: int) -> None:
        await _bind_key(user_id, key, order_id)

    async def claimed_key(self, user_id: int, key: str) -> ClaimedKey | None:
        rows = await _claimed_key(user_id, key)
        return ClaimedKey(rows[0]["fingerprint"], rows[0]["order"]) if rows else None

    async def delete_keys(self, age: timedelta) -> None:
        """Those that are older, by PostgreSQL's clock."""
        await IdempotencyKey.delete().where(WhereRaw("created_at < now() - {}::interval", age))

    async def _with_lines(self, rows: list[dict[str, Any]]) -> list[PlacedOrder]:
        """The orders of `rows` with all their lines, in one query more."""
        lines: dict[int, list[Line]] = {row["id"]: [] for row in rows}
        if lines:
            for line in await _lines(list(lines)):
                lines[line.pop("order")].append(Line(**line))
        return [PlacedOrder(**row, lines=lines[row["id"]]) for row in rows]


def _orders() -> Any:
    return Order.select(
        Order.id, Order.user.as_alias("user_id"), Order.status, Order.total, Order.created_at
    )


@frozen
def _order(order_id: int) -> Any:
    return _orders().where(Order.id == order_id)


@frozen
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


@frozen
def _next_id() -> Any:
    return Order.raw("SELECT nextval('orders_id_seq') AS id")


@frozen
def _save(
    order_id: int,
    user_id: int,
    total: int,
    products: list[int],
    names: list[str],
    names_en: list[str],
    quantities: list[int],
    unit_prices: list[int],
) -> Any:
    """By hand, because in Piccolo an order and its lines are two statements: a product's stock is
    locked meanwhile."""
    return Order.raw(
        """
        WITH saved AS (
            INSERT INTO orders (id, "user", total, status) VALUES ({}, {}, {}, 'paid')
            RETURNING id, created_at
        ), lines AS (
            INSERT INTO order_lines ("order", product, name, name_en, quantity, unit_price)
            SELECT saved.id, line.* FROM saved, unnest(
                {}::bigint[], {}::text[], {}::text[], {}::integer[], {}::bigint[]
            ) AS line
        )
        SELECT created_at FROM saved
        """,
        order_id,
        user_id,
        total,
        products,
        names,
        names_en,
        quantities,
        unit_prices,
    )


@frozen
def _claim_key(user_id: int, key: str, fingerprint: str) -> Any:
    row = IdempotencyKey(user=user_id, key=key, fingerprint=fingerprint, created_at=DEFAULT)
    return (
        IdempotencyKey.insert(row)
        .on_conflict(target=(IdempotencyKey.user, IdempotencyKey.key), action="DO NOTHING")
        .returning(IdempotencyKey.id)
    )


@frozen
def _bind_key(user_id: int, key: str, order_id: int) -> Any:
    return IdempotencyKey.update({IdempotencyKey.order: order_id}).where(
        (IdempotencyKey.user == user_id) & (IdempotencyKey.key == key)
    )


@frozen
def _claimed_key(user_id: int, key: str) -> Any:
    return IdempotencyKey.select(IdempotencyKey.fingerprint, IdempotencyKey.order).where(
        (IdempotencyKey.user == user_id) & (IdempotencyKey.key == key)
    )
