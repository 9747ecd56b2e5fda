"""The forms of a product's stock."""

from typing import Annotated

import msgspec

MAX_AMOUNT = 1_000_000  # items
Reason = Annotated[str, msgspec.Meta(pattern=r"\S", max_length=200)]
Amount = Annotated[int, msgspec.Meta(ge=1, le=MAX_AMOUNT)]


class Receipt(msgspec.Struct):
    amount: Amount
    reason: Reason
    form_key: str = ""


class Count(msgspec.Struct):
    """`counted` items, where the form showed `stock`."""

    counted: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
    stock: int
    reason: Reason
    form_key: str = ""


class Undo(msgspec.Struct):
    entry: int
    form_key: str = ""


class Threshold(msgspec.Struct):
    threshold: str = ""
    form_key: str = ""
