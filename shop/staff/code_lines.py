"""Lists of codes to import: from lines of a file to codes without a fault."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from shop.errors import N_
from shop.staff.files.read import Column, Line
from shop.staff.files.rows import Problem

COLUMNS = (
    Column("code", ("코드", "쿠폰 번호", "code"), required=True),
    Column("valid_until", ("유효 기간", "유효기간", "valid until"), required=False),
)
MAX_LENGTH = 200
DATE = re.compile(r"(\d{4})[-./] ?(\d{1,2})[-./] ?(\d{1,2})\.?( 00:00(:00)?)?", re.ASCII)

NO_CODE = N_("The code is missing.")
TOO_LONG = N_("A code has at most %(max)s characters.")
UNPRINTABLE = N_("The code has a character that cannot be shown.")
TWICE = N_("This code is in this list twice; first in line %(first)s.")
NO_DATE = N_("“%(text)s” is not a date such as 2027-12-31.")
TOO_SOON = N_("It is valid until %(text)s. Only codes that are valid until %(day)s are sold.")
KNOWN = N_("This code was imported before.")


class CheckedCode(NamedTuple):
    """A code, and its last day; None if it does not expire."""

    line: int
    code: str
    valid_until: date | None


class CheckedCodes(NamedTuple):
    """The codes, and the faults by line."""

    codes: list[CheckedCode]
    problems: list[Problem]


def check_codes(lines: Sequence[Line], valid_until: date | None, first_day: date) -> CheckedCodes:
    """Each line by itself, and that no code is there twice. `valid_until` is for lines without a
    day of their own; a code must be valid until `first_day`. No problem repeats a code."""
    codes: dict[str, CheckedCode] = {}
    problems: list[Problem] = []
    for line in lines:
        try:
            one = _code(line, valid_until, first_day)
        except WrongLine as wrong:
            problems.append(wrong.problem)
            continue
        if one.code in codes:
            problems.append(Problem(line.number, TWICE, {"first": codes[one.code].line}))
        codes.setdefault(one.code, one)
    return CheckedCodes(list(codes.values()), problems)


def day_in(text: str) -> date | None:
    """The day that a cell or a field holds. Raises ValueError for another text."""
    if not text:
        return None
    found = DATE.fullmatch(text)
    if not found:
        raise ValueError(text)
    year, month, day = found.groups()[:3]
    return date(int(year), int(month), int(day))


class WrongLine(Exception):
    def __init__(self, line: Line, message: str, **values: Any) -> None:
        self.problem = Problem(line.number, message, values)
        super().__init__(message)


def _code(line: Line, otherwise: date | None, first_day: date) -> CheckedCode:
    """Raises WrongLine."""
    code, written = line.cells.get("code", ""), line.cells.get("valid_until", "")
    if not code:
        raise WrongLine(line, NO_CODE)
    if len(code) > MAX_LENGTH:
        raise WrongLine(line, TOO_LONG, max=MAX_LENGTH)
    if not code.isprintable():
        raise WrongLine(line, UNPRINTABLE)
    try:
        last_day = day_in(written) or otherwise
    except ValueError:
        raise WrongLine(line, NO_DATE, text=written[:20]) from None
    if last_day and last_day < first_day:
        raise WrongLine(line, TOO_SOON, text=str(last_day), day=str(first_day))
    return CheckedCode(line.number, code, last_day)
