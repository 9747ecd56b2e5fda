"""Files for staff: CSV and .xlsx, sent while their rows are read. No cell is a formula."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Literal

from litestar.response import Stream
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from shop.staff.files.cells import Cell, harmless, local, printable

Format = Literal["csv", "xlsx"]
Rows = AsyncIterable[Sequence[Sequence[Cell]]]
"""The rows of a file, some at a time."""

MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff"  # without it, Excel reads Korean CSV in another encoding
TIME = "yyyy-mm-dd hh:mm:ss"
WIDTH = 18  # characters of a column
MAX_ROWS = 1_048_576  # of a sheet, by Excel
CHUNK = 65_536  # bytes


def download(name: str, format_: Format, titles: Sequence[str], rows: Rows) -> Stream:
    """A response that saves the file as `name`, which is ASCII and has no ending."""
    body = csv_file(titles, rows) if format_ == "csv" else xlsx_file(titles, rows)
    headers = {
        "content-disposition": f'attachment; filename="{name}.{format_}"',
        "cache-control": "no-store",
    }
    return Stream(body, media_type=MEDIA_TYPES[format_], headers=headers)


async def csv_file(titles: Sequence[str], rows: Rows) -> AsyncIterator[bytes]:
    yield (BOM + _csv([titles])).encode()
    async for some in rows:
        yield _csv(some).encode()


def _csv(rows: Sequence[Sequence[Cell]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([_csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _csv_cell(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return cell
    return harmless(cell) if isinstance(cell, str) else local(cell).isoformat(sep=" ")


async def xlsx_file(titles: Sequence[str], rows: Rows) -> AsyncIterator[bytes]:
    """The file begins when all rows are read: an archive's index is at its end, and openpyxl keeps
    the rows on the disk until then."""
    with tempfile.TemporaryFile() as archive:
        async with _book() as book:
            sheets = Sheets(book, titles)
            async for some in rows:
                await asyncio.to_thread(sheets.append, some)
            await asyncio.to_thread(book.save, archive)
        archive.seek(0)
        while chunk := await asyncio.to_thread(archive.read, CHUNK):
            yield chunk


@asynccontextmanager
async def _book() -> AsyncIterator[Workbook]:
    book = Workbook(write_only=True)
    try:
        yield book
    finally:
        for sheet in book.worksheets:
            _remove_rows(sheet)


def _remove_rows(sheet: Any) -> None:
    """From the disk, where the file was not finished: openpyxl would, at the process's end."""
    if not sheet.closed:
        sheet.close()
    with suppress(FileNotFoundError):
        sheet._writer.cleanup()  # noqa: SLF001 - there is no public way


class Sheets:
    """Rows below their titles, on as many sheets as they need."""

    def __init__(self, book: Workbook, titles: Sequence[str]) -> None:
        self._book, self._titles = book, titles
        self._sheet, self._rows = self._begun(), 1

    def append(self, rows: Sequence[Sequence[Cell]]) -> None:
        for row in rows:
            if self._rows == MAX_ROWS:
                self._sheet, self._rows = self._begun(), 1
            self._sheet.append([self._cell(value) for value in row])
            self._rows += 1

    def _begun(self) -> Any:
        sheet: Any = self._book.create_sheet()
        sheet.freeze_panes = "A2"
        for number in range(len(self._titles)):
            sheet.column_dimensions[chr(ord("A") + number)].width = WIDTH
        titles = [WriteOnlyCell(sheet, value=title) for title in self._titles]
        for title in titles:
            title.font = Font(bold=True)
        sheet.append(titles)
        return sheet

    def _cell(self, value: Cell) -> Any:
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, str):
            cell = WriteOnlyCell(self._sheet, value=printable(value))
            cell.data_type = "s"  # neither a formula (`=1`) nor an error (`#N/A`)
            return cell
        cell = WriteOnlyCell(self._sheet, value=local(value))
        cell.number_format = TIME
        return cell
