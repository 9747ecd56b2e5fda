"""Rows of a file as its format has them, before columns are found."""

from collections.abc import Mapping, Sequence
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


class WrongLines(Exception):
    """Lines of a file have faults. Raised in the transaction of the form, so that nothing of the
    file is saved, and a form that is sent twice is not checked again."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        super().__init__(f"{len(problems)} problems")


def invalid_file(message: str, **values: Any) -> InvalidInput:
    """The refusal of a whole file."""
    return InvalidInput(FieldError("file", message, values))
