"""Files from staff: .xlsx or CSV, their columns found by title, their problems named by line."""

import asyncio
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from shop.errors import N_
from shop.staff.files.read_csv import csv_rows
from shop.staff.files.rows import Problem, Row, invalid_file

MAX_BYTES = 20_000_000
MAX_LINES = 100_000

XLSX = b"PK\x03\x04"
"""How .xlsx files begin."""
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
"""How .xls files begin, and .xlsx files with a password."""


CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
"""Characters that are not stored, or that change the direction of the text beside them."""
CONTROL = N_("This line contains invisible control characters. Please remove them.")


class Column(NamedTuple):
    """A column of a file. `titles` are the titles it may have, in any case; the first is the one
    that a message names."""

    name: str
    titles: tuple[str, ...]
    required: bool = True


class Line(NamedTuple):
    """A line of a file, by its number there. `cells` has a text for each column, by name."""

    number: int
    cells: Mapping[str, str]


class Table(NamedTuple):
    """The contents of a file, and its faults by line."""

    lines: list[Line]
    problems: list[Problem]


async def read_file(data: bytes, columns: Sequence[Column]) -> Table:
    """Reads a file whose first line has the titles of the columns, in any order; other columns are
    ignored. Takes up to a few seconds of a thread.

    Raises InvalidInput for a file that is no table: too large, with macros, of another format.
    """
    return await asyncio.to_thread(_read, data, columns)


async def read_text(text: str, columns: Sequence[Column], untitled: int | None = None) -> Table:
    """Reads pasted lines, like `read_file`. Without titles the cells are those of the first
    `untitled` columns, of all by default.

    Raises InvalidInput.
    """
    return await asyncio.to_thread(_read, text.encode(), columns, untitled or len(columns))


def _read(data: bytes, columns: Sequence[Column], untitled: int = 0) -> Table:
    rows: Iterator[Row] = (row for row in _rows(data) if any(row.cells))
    first = next(rows, None)
    if first is None:
        raise invalid_file(N_("This file is empty."))
    places = _places(first, columns)
    if not places and untitled:
        by_order = {column.name: place for place, column in enumerate(columns[:untitled])}
        return _table(map(_only(untitled), chain([first], rows)), by_order)
    if problems := [*_wrong_titles(first, columns, places)]:
        return Table([], problems)
    table = _table(rows, places)
    if not table.lines:
        raise invalid_file(N_("This file has titles, but no lines below them."))
    return table


def _rows(data: bytes) -> Iterator[Row]:
    if len(data) > MAX_BYTES:
        raise invalid_file(N_("This file is larger than %(max)s MB."), max=MAX_BYTES // 1_000_000)
    if data.startswith(OLD_EXCEL):
        raise invalid_file(
            N_("This is an old Excel file (.xls) or has a password. Please save it as .xlsx.")
        )
    if not data.startswith(XLSX):
        return csv_rows(data)
    # Here, because openpyxl takes a tenth of a start's time, and only staff need it.
    from shop.staff.files.read_xlsx import xlsx_rows  # noqa: PLC0415 - see above

    return xlsx_rows(data)


def _table(rows: Iterable[Row], places: Mapping[str, int]) -> Table:
    lines: list[Line] = []
    problems: list[Problem] = []
    for row in rows:
        if len(lines) == MAX_LINES:
            raise invalid_file(N_("This file has more than %(max)s lines."), max=MAX_LINES)
        problems += row.problems
        cells = {name: _cell(row.cells, place) for name, place in places.items()}
        if any(map(CONTROLS.search, cells.values())):
            problems.append(Problem(row.number, CONTROL))
        lines.append(Line(row.number, cells))
    return Table(lines, problems)


def _only(number: int) -> Callable[[Row], Row]:
    """A check for files without titles: a row has at most `number` cells."""
    problem = N_("This line has more than %(max)s cells. Please enter titles in the first line.")

    def checked(row: Row) -> Row:
        if not any(row.cells[number:]):
            return row
        return row._replace(problems=(*row.problems, Problem(row.number, problem, {"max": number})))

    return checked


def _cell(cells: Sequence[str], place: int) -> str:
    return cells[place] if place < len(cells) else ""


def _places(first: Row, columns: Sequence[Column]) -> dict[str, int]:
    """The place of each column whose title is in the first line."""
    titles = [_plain(cell) for cell in first.cells]
    found = {}
    for column in columns:
        known = {_plain(title) for title in column.titles}
        if place := next((n for n, title in enumerate(titles, 1) if title in known), 0):
            found[column.name] = place - 1
    return found


def _wrong_titles(
    first: Row, columns: Sequence[Column], places: Mapping[str, int]
) -> Iterator[Problem]:
    titles = [_plain(cell) for cell in first.cells]
    for column in columns:
        if column.required and column.name not in places:
            message = N_("The column “%(title)s” is missing.")
            yield Problem(first.number, message, {"title": column.titles[0]})
        if sum(titles.count(title) for title in {_plain(t) for t in column.titles}) > 1:
            message = N_("The column “%(title)s” is there twice.")
            yield Problem(first.number, message, {"title": column.titles[0]})


def _plain(title: str) -> str:
    """A title without differences in case and spaces."""
    return "".join(title.casefold().split())
