"""Whole numbers in forms, addresses and links."""

import re

from shop.errors import N_, FieldError, InvalidInput
from shop.paging import MAX_INT

WHOLE = re.compile(r"-?[0-9]{1,20}", re.ASCII)


def whole_number(text: object) -> int | None:
    """The number written in ASCII digits; None for any other text, and for more than 20 digits,
    which are neither cut nor converted."""
    return int(str(text)) if WHOLE.fullmatch(str(text)) else None


def row_id(text: object) -> int | None:
    """As `whole_number`, for what can be the id of a row."""
    number = whole_number(text)
    return number if number is not None and 0 < number <= MAX_INT else None


def submitted_number(text: object, field: str) -> int:
    """Raises InvalidInput for a text that is no whole number."""
    number = whole_number(text)
    if number is None:
        raise InvalidInput(FieldError(field, N_("Please enter a whole number.")))
    return number
