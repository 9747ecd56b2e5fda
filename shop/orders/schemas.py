"""An order in JSON, on the receipt, and in the message to the external system."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from shop.addresses.recipient import Recipient
from shop.orders.repository import PlacedOrder, Status
from shop.schema import about


class LineOut(msgspec.Struct):
    """One product of an order, at the time of the order."""

    product_id: int
    name: str
    quantity: Annotated[int, about("Items.", 2)]
    unit_price: Annotated[int, about("Points for one.", 12_800)]


class OrderMessage(msgspec.Struct):
    """The `data` of a message to the external system. Total in points, names in Korean. It has a
    `recipient` with `SHOP_EXTERNAL_RECIPIENT` only."""

    id: int
    user_id: int
    status: str
    total: int
    created_at: datetime
    items: list[LineOut]
    recipient: Recipient | UnsetType | None = UNSET

    @classmethod
    def of(cls, order: PlacedOrder, share_recipient: bool = False) -> "OrderMessage":
        return cls(
            id=order.id,
            user_id=order.user_id,
            status=order.status,
            total=order.total,
            created_at=order.created_at,
            items=lines_of(order, "ko"),
            recipient=order.recipient if share_recipient else UNSET,
        )


class ShipmentOut(msgspec.Struct):
    """A parcel on its way."""

    carrier: str
    tracking_no: str
    tracking_url: str
    shipped_at: datetime


class OrderOut(msgspec.Struct):
    """An order, in the language of the request."""

    id: int
    status: Status
    total: Annotated[int, about("Points.", 25_600)]
    created_at: datetime
    items: list[LineOut]
    delivery: Annotated[
        Literal["sent", "pending"], about("Whether the external system has accepted it.")
    ]
    recipient: Annotated[
        Recipient | None, about("To whom its parcels are sent; null without any, or once erased.")
    ] = None
    shipments: Annotated[list[ShipmentOut], about("Empty: parcels are not tracked yet.")] = []

    @classmethod
    def of(cls, order: PlacedOrder, delivered: bool, language: str) -> "OrderOut":
        return cls(
            id=order.id,
            status=order.status,
            total=order.total,
            created_at=order.created_at,
            items=lines_of(order, language),
            delivery="sent" if delivered else "pending",
            recipient=order.recipient,
        )


def lines_of(order: PlacedOrder, language: str) -> list[LineOut]:
    return [
        LineOut(line.product_id, line.named(language), line.quantity, line.unit_price)
        for line in order.lines
    ]
