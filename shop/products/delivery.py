"""How a product reaches its buyer."""

from enum import StrEnum
from typing import Literal

Delivery = Literal["parcel", "desk"]
"""`parcel` is sent to a recipient; `desk` is picked up at the desk."""
PARCEL: Delivery = "parcel"


class DeliveryChoice(StrEnum):
    """The same, for the admin's list of choices."""

    parcel = "parcel"
    desk = "desk"
