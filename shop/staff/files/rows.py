"""Rows of a file as its format has them, before columns are found."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from shop.errors import FieldError, InvalidInput

MAX_ROWS = 1_048_576
"""Excel's own limit. Rows may be empty, but each costs time and memory; a damaged Excel file may
claim the row 9999999999."""


class Problem(NamedTuple):
    """A fault in a line of a file. `message` is a message id."""

    line: int
    message: str
    values: Mapping[str, Any] = {}


class Row(NamedTuple):
    """`number` is that of the line in the file, from 1."""

    number: int
    cells: list[str]
    problems: tuple[Problem, ...] = ()


def invalid_file(message: str, **values: Any) -> InvalidInput:
    """The refusal of a whole file."""
    return InvalidInput(FieldError("file", message, values))
