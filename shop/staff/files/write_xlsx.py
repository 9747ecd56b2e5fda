"""Excel files, sent while their rows are read."""

import asyncio
import tempfile
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from shop.staff.files.cells import Cell, local, printable

TIME = "yyyy-mm-dd hh:mm:ss"
WIDTH = 18  # characters of a column
MAX_ROWS = 1_048_576  # of a sheet, by Excel
CHUNK = 65_536  # bytes


async def xlsx_file(
    titles: Sequence[str], rows: AsyncIterable[Sequence[Sequence[Cell]]]
) -> AsyncIterator[bytes]:
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
