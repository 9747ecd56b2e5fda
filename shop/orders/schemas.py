"""An order in JSON, on the receipt, and in the message to the external system."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, UnsetType

from shop.addresses.recipient import Recipient
from shop.order_number import order_number
from shop.orders.carriers import Carriers
from shop.orders.order import PlacedOrder, Status
from shop.products.delivery import CODE
from shop.schema import about


class LineOut(msgspec.Struct):
    """One product of an order, at the time of the order."""

    product_id: int
    name: str
    quantity: Annotated[int, about("Items.", 2)]
    unit_price: Annotated[int, about("Points for one.", 12_800)]
    codes: Annotated[
        int | UnsetType,
        about("Codes that the line has now; only for products that are codes."),
    ] = UNSET
    cancelled: Annotated[
        int | UnsetType, about("Items that were cancelled, while the order itself was not.")
    ] = UNSET
    returned: Annotated[int | UnsetType, about("Items that came back.")] = UNSET


class RefundItemOut(msgspec.Struct):
    product_id: int
    quantity: Annotated[int, about("Items that were paid back.", 1)]


class RefundOut(msgspec.Struct):
    """The refunded points, and the items they are for."""

    kind: Literal["cancel", "return"]
    points: Annotated[int, about("Points that were paid back.", 12_800)]
    items: list[RefundItemOut]


class ShipmentOut(msgspec.Struct):
    """A parcel that has left."""

    carrier: Annotated[str, about("A carrier's code, such as cj, or its name.", "cj")]
    tracking_no: Annotated[str, about("Digits and capital letters.", "123456789012")]
    tracking_url: Annotated[str, about("The carrier's page on it; empty if none is known.")]
    shipped_at: datetime


def shipments_of(order: PlacedOrder, carriers: Carriers) -> list[ShipmentOut]:
    return [
        ShipmentOut(
            sent.carrier,
            sent.tracking_no,
            carriers.tracking_url(sent.carrier, sent.tracking_no),
            sent.shipped_at,
        )
        for sent in order.shipments
    ]


class OrderMessage(msgspec.Struct):
    """The `data` of a message to the external system. Total in points, names in Korean. It has a
    `recipient` with `SHOP_EXTERNAL_RECIPIENT` only, and `shipments` once it was shipped."""

    id: int
    number: Annotated[str, about("What people call it by: digits, with hyphens.", "7078-9620")]
    user_id: int
    status: str
    total: int
    created_at: datetime
    items: list[LineOut]
    recipient: Recipient | UnsetType | None = UNSET
    shipments: list[ShipmentOut] | UnsetType = UNSET
    refund: RefundOut | UnsetType = UNSET

    @classmethod
    def of(
        cls,
        order: PlacedOrder,
        share_recipient: bool = False,
        shipments: Carriers | None = None,
        refund: RefundOut | UnsetType = UNSET,
    ) -> "OrderMessage":
        return cls(
            id=order.id,
            number=order_number(order.id),
            user_id=order.user_id,
            status=order.status,
            total=order.total,
            created_at=order.created_at,
            items=lines_of(order, "ko"),
            recipient=order.recipient if share_recipient else UNSET,
            shipments=shipments_of(order, shipments) if shipments else UNSET,
            refund=refund,
        )


class OrderOut(msgspec.Struct):
    """An order, in the language of the request."""

    id: int
    number: Annotated[str, about("What people call it by: digits, with hyphens.", "7078-9620")]
    status: Status
    total: Annotated[int, about("Points.", 25_600)]
    created_at: datetime
    items: list[LineOut]
    delivery: Annotated[
        Literal["sent", "pending"], about("Whether the external system has accepted it.")
    ]
    recipient: Annotated[
        Recipient | None,
        about("Where parcels are sent; null without parcels, or once erased."),
    ] = None
    shipments: Annotated[list[ShipmentOut], about("Its parcels that have left.")] = []
    refunded: Annotated[int | UnsetType, about("Points paid back for some of its items.")] = UNSET
    desk_code: Annotated[
        str | UnsetType,
        about("What to show at the desk if goods are for it.", "7078-9620-4829-1507"),
    ] = UNSET

    @classmethod
    def of(
        cls,
        order: PlacedOrder,
        language: str,
        carriers: Carriers,
        desk_code: str | None,
    ) -> "OrderOut":
        return cls(
            id=order.id,
            number=order_number(order.id),
            status=order.status,
            total=order.total,
            created_at=order.created_at,
            items=lines_of(order, language),
            delivery="sent" if order.accepted else "pending",
            recipient=order.recipient,
            shipments=shipments_of(order, carriers),
            refunded=(order.status != "cancelled" and order.refunded) or UNSET,
            desk_code=desk_code or UNSET,
        )


def lines_of(order: PlacedOrder, language: str) -> list[LineOut]:
    is_cancelled = order.status == "cancelled"
    return [
        LineOut(
            line.product_id,
            line.named(language),
            line.quantity,
            line.unit_price,
            line.remaining if line.delivery == CODE else UNSET,
            (not is_cancelled and line.cancelled) or UNSET,
            line.returned or UNSET,
        )
        for line in order.lines
    ]
