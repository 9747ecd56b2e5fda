"""An order as others see it: in JSON, on the receipt, and in the message to the external system."""

from datetime import datetime

import msgspec

from shop.orders.repository import PlacedOrder


class LineOut(msgspec.Struct):
    """One product of an order. Price in points."""

    product_id: int
    name: str
    quantity: int
    unit_price: int


class OrderMessage(msgspec.Struct):
    """The `data` of a message to the external system. Total in points, names in Korean."""

    id: int
    user_id: int
    status: str
    total: int
    created_at: datetime
    items: list[LineOut]

    @classmethod
    def of(cls, order: PlacedOrder) -> "OrderMessage":
        return cls(
            id=order.id,
            user_id=order.user_id,
            status=order.status,
            total=order.total,
            created_at=order.created_at,
            items=lines_of(order, "ko"),
        )


class OrderOut(msgspec.Struct):
    """An order in its buyer's language; `delivery`: whether the external system accepted it."""

    id: int
    status: str
    total: int
    created_at: datetime
    items: list[LineOut]
    delivery: str

    @classmethod
    def of(cls, order: PlacedOrder, delivered: bool, language: str) -> "OrderOut":
        return cls(
            id=order.id,
            status=order.status,
            total=order.total,
            created_at=order.created_at,
            items=lines_of(order, language),
            delivery="sent" if delivered else "pending",
        )


def lines_of(order: PlacedOrder, language: str) -> list[LineOut]:
    return [
        LineOut(line.product_id, line.named(language), line.quantity, line.unit_price)
        for line in order.lines
    ]
