"""An order as the room's services pass it on."""

from datetime import datetime
from typing import Literal

import msgspec

from shop.addresses.recipient import Recipient
from shop.products.delivery import CODE, DESK, PARCEL, Delivery
from shop.products.picture import image_url
from shop.products.service import Item
from shop.text import in_language

Status = Literal["paid", "preparing", "shipped", "fulfilled", "cancelled"]


class Line(msgspec.Struct, frozen=True):
    """One product of an order: its names and its price in points at that time. `picture` is the one
    that the product has today, if it was read."""

    product_id: int
    name: str
    name_en: str
    quantity: int
    unit_price: int
    delivery: Delivery = "desk"
    cancelled: int = 0
    returned: int = 0
    picture: str | None = None

    @property
    def image_url(self) -> str | None:
        return image_url(self.picture)

    @property
    def remaining(self) -> int:
        """Items that were neither cancelled nor returned."""
        return self.quantity - self.cancelled - self.returned

    def named(self, language: str) -> str:
        return in_language(language, self.name, self.name_en)


class Sent(msgspec.Struct, frozen=True):
    """A parcel that has left."""

    id: int
    carrier: str
    tracking_no: str
    shipped_at: datetime


class PlacedOrder(msgspec.Struct, frozen=True):
    """An order with its lines. Total in points. `recipient` is None without a parcel, and once it
    is erased. The times of its steps are None for those to come. `accepted`: by the external
    system."""

    id: int
    user_id: int
    status: Status
    total: int
    created_at: datetime
    lines: list[Line] = []
    recipient: Recipient | None = None
    preparing_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    collected_at: datetime | None = None
    closed_at: datetime | None = None
    shipments: list[Sent] = []
    refunded: int = 0
    accepted: bool = False

    @property
    def subject(self) -> str:
        """What ledger entries and messages refer to it by."""
        return subject_of(self.id)

    @property
    def items(self) -> list[Item]:
        return [Item(line.product_id, line.quantity) for line in self.lines]

    @property
    def has_codes(self) -> bool:
        return any(line.delivery == CODE for line in self.lines)

    @property
    def was_handed_over(self) -> bool:
        """Whether some of it was sent, or the whole picked up."""
        return self.status in {"shipped", "fulfilled"}

    @property
    def had_parcel(self) -> bool:
        """Whether it has a recipient, until that is erased."""
        return any(line.delivery == PARCEL for line in self.lines)

    @property
    def has_parcel(self) -> bool:
        """Not if all of its items were cancelled."""
        return any(line.delivery == PARCEL for line in self.lines if line.quantity > line.cancelled)

    @property
    def has_desk_goods(self) -> bool:
        return any(line.delivery == DESK for line in self.lines if line.quantity > line.cancelled)

    @property
    def had_desk_goods(self) -> bool:
        return any(line.delivery == DESK for line in self.lines)

    @property
    def waits_at_desk(self) -> bool:
        return self.has_desk_goods and not self.collected_at and not self.closed_at


def subject_of(order_id: int) -> str:
    return f"order:{order_id}"
