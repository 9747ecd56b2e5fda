"""The only place with queries on `orders`, `order_lines` and `idempotency_keys`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from shop.orders.tables import IdempotencyKey, Order, OrderLine
from shop.products.service import Item


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
    status: str
    total: int
    created_at: datetime
    lines: list[Line] = []

    @property
    def subject(self) -> str:
        """How ledger entries and messages name it."""
        return f"order:{self.id}"

    @property
    def items(self) -> list[Item]:
        return [Item(line.product_id, line.quantity) for line in self.lines]


class ClaimedKey(NamedTuple):
    """An `Idempotency-Key` that stands for an order already."""

    fingerprint: str
    order_id: int


class OrderRepository:
    async def save(self, user_id: int, total: int, lines: Sequence[Line]) -> PlacedOrder:
        """Saves a paid order with its lines."""
        order = Order(user=user_id, total=total, status="paid")
        [row] = await Order.insert(order).returning(Order.id, Order.created_at)
        await OrderLine.insert(
            *(
                OrderLine(
                    order=row["id"],
                    product=line.product_id,
                    name=line.name,
                    name_en=line.name_en,
                    quantity=line.quantity,
                    unit_price=line.unit_price,
                )
                for line in lines
            )
        )
        return PlacedOrder(row["id"], user_id, "paid", total, row["created_at"], [*lines])

    async def of_user(self, user_id: int, before_id: int | None, limit: int) -> list[PlacedOrder]:
        """The user's orders, the newest first, from below `before_id`."""
        query = _orders().where(Order.user == user_id)
        if before_id is not None:
            query = query.where(Order.id < before_id)
        rows = await query.order_by(Order.id, ascending=False).limit(limit)
        return await self._with_lines(rows)

    async def one(self, order_id: int, user_id: int | None) -> PlacedOrder | None:
        """The order, if it is this user's; whoever's it is where `user_id` is None."""
        query = _orders().where(Order.id == order_id)
        if user_id is not None:
            query = query.where(Order.user == user_id)
        found = await self._with_lines(await query)
        return found[0] if found else None

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
        claimed = (
            await IdempotencyKey.insert(
                IdempotencyKey(user=user_id, key=key, fingerprint=fingerprint)
            )
            .on_conflict(target=(IdempotencyKey.user, IdempotencyKey.key), action="DO NOTHING")
            .returning(IdempotencyKey.id)
        )
        return bool(claimed)

    async def bind_key(self, user_id: int, key: str, order_id: int) -> None:
        await IdempotencyKey.update({IdempotencyKey.order: order_id}).where(
            (IdempotencyKey.user == user_id) & (IdempotencyKey.key == key)
        )

    async def claimed_key(self, user_id: int, key: str) -> ClaimedKey | None:
        row = (
            await IdempotencyKey.select(IdempotencyKey.fingerprint, IdempotencyKey.order)
            .where((IdempotencyKey.user == user_id) & (IdempotencyKey.key == key))
            .first()
        )
        return ClaimedKey(row["fingerprint"], row["order"]) if row else None

    async def delete_keys(self, before: datetime) -> None:
        await IdempotencyKey.delete().where(IdempotencyKey.created_at < before)

    async def _with_lines(self, rows: list[dict[str, Any]]) -> list[PlacedOrder]:
        """The orders of `rows` with all their lines, in one query more."""
        lines: dict[int, list[Line]] = {row["id"]: [] for row in rows}
        if lines:
            for line in await _lines().where(OrderLine.order.is_in(list(lines))):
                lines[line.pop("order")].append(Line(**line))
        return [PlacedOrder(**row, lines=lines[row["id"]]) for row in rows]


def _orders() -> Any:
    return Order.select(
        Order.id, Order.user.as_alias("user_id"), Order.status, Order.total, Order.created_at
    )


def _lines() -> Any:
    return OrderLine.select(
        OrderLine.order,
        OrderLine.product.as_alias("product_id"),
        OrderLine.name,
        OrderLine.name_en,
        OrderLine.quantity,
        OrderLine.unit_price,
    ).order_by(OrderLine.id)
