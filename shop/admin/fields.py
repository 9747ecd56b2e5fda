"""What staff type into the forms, and within which limits."""

from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from shop.admin.i18n import Fields
from shop.errors import N_
from shop.order_number import order_named
from shop.paging import MAX_INT

MOST = 1_000_000_000


def _not_zero(amount: int) -> int:
    if amount == 0:
        raise ValueError("0 changes nothing")
    return amount


def _order_id(typed: object) -> int:
    if (order_id := order_named(str(typed))) is None:
        raise ValueError("not an order number")
    return order_id


Number = Annotated[int, Field(ge=1, le=MAX_INT)]
OrderId = Annotated[Number, BeforeValidator(_order_id)]
More = Annotated[int, Field(ge=1, le=MOST)]
MoreOrFewer = Annotated[int, Field(ge=-MOST, le=MOST), AfterValidator(_not_zero)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Username = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]


class Receipt(Fields):
    product_id: Number = Field(title=N_("Product number"))
    amount: More = Field(title=N_("Quantity"))
    reason: Reason = Field(title=N_("Reason"))


class Correction(Fields):
    product_id: Number = Field(title=N_("Product number"))
    amount: MoreOrFewer = Field(title=N_("Quantity"))
    reason: Reason = Field(title=N_("Reason"))


class PointGrant(Fields):
    username: Username = Field(title=N_("Username"))
    amount: More = Field(title=N_("Points"))
    reason: Reason = Field(title=N_("Reason"))


class PointCorrection(Fields):
    username: Username = Field(title=N_("Username"))
    amount: MoreOrFewer = Field(title=N_("Points"))
    reason: Reason = Field(title=N_("Reason"))


class OrderNumber(Fields):
    order_id: OrderId = Field(title=N_("Order number"))


class MessageNumber(Fields):
    message_id: Number = Field(title=N_("Message number"))


class NewPassword(Fields):
    username: Username = Field(title=N_("Username"))
    new_password: str = Field(title=N_("New password"))


class Account(Fields):
    username: Username = Field(title=N_("Username"))
