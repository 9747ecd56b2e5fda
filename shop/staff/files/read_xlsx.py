"""Excel files: the first visible sheet, as values. Nothing is run, and their size is bounded."""

import io
import re
import zipfile
from collections.abc import Iterator
from functools import partial
from typing import Any

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from shop.errors import N_
from shop.staff.files.cells import text_of
from shop.staff.files.rows import MAX_ROWS, Problem, Row, invalid_file

MAX_UNPACKED = 200_000_000
"""Bytes of a file's parts together: a small file may unpack to gigabytes."""
MAX_COLUMNS = 50
MAX_MERGED = 50  # of whose lines we speak
MAX_STRINGS = 2_000_000  # shared ones; all are in memory while the file is read
CHUNK = 1_000_000

NO_EXCEL = N_("This Excel file cannot be read. Please save it as .xlsx again.")
MACROS = N_("This file contains macros. Please save it as .xlsx.")
TOO_LARGE = N_("This file is too large when it is unpacked.")
STRING = re.compile(rb"<(?:\w+:)?si[\s/>]")
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*ref="[A-Z]{1,3}(\d{1,7}):[A-Z]{1,3}(\d{1,7})"')

# What zipfile, openpyxl and the XML parser raise for damaged files.
DAMAGED = (
    *(zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, IndexError),
    *(AttributeError, EOFError, OSError, SyntaxError, NotImplementedError, RuntimeError),
)


def xlsx_rows(data: bytes) -> Iterator[Row]:
    """The rows of the first visible sheet. Raises InvalidInput."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            _check(parts)
            merged = _merged_lines(parts, data)
        yield from _values(data, merged)
    except DAMAGED as error:
        raise invalid_file(NO_EXCEL) from error


def _check(parts: zipfile.ZipFile) -> None:
    if sum(part.file_size for part in parts.infolist()) > MAX_UNPACKED:
        raise invalid_file(TOO_LARGE)
    names = parts.namelist()
    if sum(_strings(parts, name) for name in names) > MAX_STRINGS:
        raise invalid_file(TOO_LARGE)
    types = parts.read("[Content_Types].xml")
    if any(name.endswith("vbaProject.bin") for name in names) or b"macroEnabled" in types:
        raise invalid_file(MACROS)


def _strings(parts: zipfile.ZipFile, name: str) -> int:
    """How many strings a part has; one at the border of two chunks may be missed."""
    with parts.open(name) as part:
        return sum(len(STRING.findall(chunk)) for chunk in iter(partial(part.read, CHUNK), b""))


def _first_sheet(data: bytes) -> Any:
    """The first that a person sees."""
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheets = book.worksheets
    return next((sheet for sheet in sheets if sheet.sheet_state == "visible"), sheets[0])


def _merged_lines(parts: zipfile.ZipFile, data: bytes) -> list[range]:
    """The lines with merged cells. openpyxl does not name them when it streams."""
    path = _first_sheet(data)._worksheet_path  # noqa: SLF001 - the sheet's file
    found = MERGED.findall(parts.read(path))
    return [range(int(first), int(last) + 1) for first, last in found[:MAX_MERGED]]


def _values(data: bytes, merged: list[range]) -> Iterator[Row]:
    sheet = _first_sheet(data)
    sheet.reset_dimensions()  # the file may claim any
    rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS)
    for number, values in enumerate(rows, 1):
        if number > MAX_ROWS:
            raise invalid_file(TOO_LARGE)
        problem = Problem(number, N_("Please undo the merged cells in this line."))
        wrong = (problem,) if any(number in lines for lines in merged) else ()
        yield Row(number, [text_of(value) for value in values], wrong)
