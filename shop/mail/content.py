"""What mails tell, as plain values: each kind with what its text needs."""

import msgspec


class Item(msgspec.Struct, frozen=True):
    name: str
    name_en: str
    quantity: int


class OrderPlaced(msgspec.Struct, frozen=True, tag="order-placed"):
    order: int
    total: int
    items: list[Item]


class OrderShipped(msgspec.Struct, frozen=True, tag="order-shipped"):
    """`url` is the parcel's page at the carrier, if it is known."""

    order: int
    carrier: str
    carrier_en: str
    tracking_no: str
    url: str | None


class OrderCancelled(msgspec.Struct, frozen=True, tag="order-cancelled"):
    """`amount` points were given back; `whole`: nothing of the order is left."""

    order: int
    amount: int
    whole: bool


class PointsGranted(msgspec.Struct, frozen=True, tag="points-granted"):
    amount: int
    reason: str


class Invitation(msgspec.Struct, frozen=True, tag="invitation"):
    """`link` is the number of a password link, which opens nothing by itself."""

    link: int


class PasswordReset(msgspec.Struct, frozen=True, tag="password-reset"):
    link: int


Content = OrderPlaced | OrderShipped | OrderCancelled | PointsGranted | Invitation | PasswordReset
