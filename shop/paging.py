"""Keyset pagination: a cursor has the key of the last row, never the number of rows before it."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

import msgspec

from shop.errors import N_, FieldError, InvalidInput

DEFAULT_LIMIT = 24
MAX_LIMIT = 100
MAX_INT = 2**63 - 1
MOMENT = "'epoch'::timestamptz + {}::bigint * interval '1 microsecond'"
"""SQL: a moment from the microseconds that stand for it in a cursor."""

T = TypeVar("T")


class Page(msgspec.Struct, Generic[T], frozen=True):
    """Some rows of a list, and the cursor of the next ones, or None at the end."""

    items: list[T]
    next_cursor: str | None = None


class Cursor(msgspec.Struct, frozen=True, array_like=True):
    """`keys` are the sort keys of the last row shown; `order` names the list they belong to."""

    order: str
    keys: list[int]


def encode_cursor(order: str, keys: Sequence[int]) -> str:
    raw = msgspec.json.encode(Cursor(order, list(keys)))
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def decode_cursor(text: str | None, order: str, keys: int = 1) -> list[int] | None:
    """The keys of a cursor that `encode_cursor` made for the same order; None without a cursor.

    Raises InvalidInput for any other text.
    """
    if not text:
        return None
    try:
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        cursor = msgspec.json.decode(raw, type=Cursor)
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise unknown_cursor() from None
    in_range = all(abs(key) <= MAX_INT for key in cursor.keys)
    if cursor.order != order or len(cursor.keys) != keys or not in_range:
        raise unknown_cursor()
    return cursor.keys


def unknown_cursor() -> InvalidInput:
    return InvalidInput(FieldError("cursor", N_("This cursor is not valid.")))


def page_of(
    rows: Sequence[T], limit: int, order: str, keys_of: Callable[[T], Sequence[int]]
) -> Page[T]:
    """A page from `limit + 1` rows: the one too many only says that there are more."""
    items = list(rows[:limit])
    more = len(rows) > limit
    return Page(items, encode_cursor(order, keys_of(items[-1])) if more else None)
