"""How a product reaches its buyer."""

from enum import StrEnum
from typing import Literal

Delivery = Literal["parcel", "desk", "code"]
"""`parcel` is sent to a recipient; `desk` is picked up at the desk; `code` is shown on a page."""
PARCEL: Delivery = "parcel"
DESK: Delivery = "desk"
CODE: Delivery = "code"


class DeliveryChoice(StrEnum):
    """The same, for the admin's list of choices."""

    parcel = "parcel"
    desk = "desk"
    code = "code"
