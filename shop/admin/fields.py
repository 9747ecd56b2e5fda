"""What staff type into the forms, and within which limits."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from shop.paging import MAX_INT
from shop.users.passwords import DEMO_PASSWORDS, MAX_LENGTH, MIN_LENGTH

MOST = 1_000_000_000


def _not_zero(amount: int) -> int:
    if amount == 0:
        raise ValueError("0 changes nothing")
    return amount


def _not_known(password: str) -> str:
    if password in DEMO_PASSWORDS:
        raise ValueError("This password is known to everybody")
    return password


Number = Annotated[int, Field(ge=1, le=MAX_INT)]
More = Annotated[int, Field(ge=1, le=MOST)]
MoreOrFewer = Annotated[int, Field(ge=-MOST, le=MOST), AfterValidator(_not_zero)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Username = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
Password = Annotated[
    str, Field(min_length=MIN_LENGTH, max_length=MAX_LENGTH), AfterValidator(_not_known)
]


class Receipt(BaseModel):
    product_id: Number
    amount: More
    reason: Reason


class Correction(BaseModel):
    product_id: Number
    amount: MoreOrFewer
    reason: Reason


class PointGrant(BaseModel):
    username: Username
    amount: More
    reason: Reason


class PointCorrection(BaseModel):
    username: Username
    amount: MoreOrFewer
    reason: Reason


class OrderNumber(BaseModel):
    order_id: Number


class MessageNumber(BaseModel):
    message_id: Number


class NewPassword(BaseModel):
    username: Username
    new_password: Password
