"""A code as it is stored: for staff without the code itself, and sealed."""

from datetime import date, datetime
from typing import NamedTuple

import msgspec

TODAY = "(now() AT TIME ZONE {}::text)::date"
"""By PostgreSQL's clock; its argument is the shop's time zone."""
STORED = (
    'id, product AS product_id, "order" AS order_id, valid_until, revealed_at, voided_at, '
    "created_at"
)
IS_FREE = '"order" IS NULL AND voided_at IS NULL'


class StoredCode(msgspec.Struct, frozen=True):
    """A code as staff see it, without the code itself."""

    id: int
    product_id: int
    order_id: int | None
    valid_until: date | None
    revealed_at: datetime | None
    voided_at: datetime | None
    created_at: datetime

    @property
    def state(self) -> str:
        if self.voided_at:
            return "void"
        if self.order_id is None:
            return "free"
        return "shown" if self.revealed_at else "sold"


class KeptCode(NamedTuple):
    """A code, still sealed, and whether its buyer has seen it."""

    id: int
    product_id: int
    key: str
    sealed: str
    revealed: bool
