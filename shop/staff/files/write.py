"""Files for staff: CSV and .xlsx, sent while their rows are read. No cell is a formula."""

import csv
import io
from collections.abc import AsyncIterable, AsyncIterator, Sequence
from typing import Literal

from litestar.response import Stream

from shop.staff.files.cells import Cell, harmless, local

Format = Literal["csv", "xlsx"]
Rows = AsyncIterable[Sequence[Sequence[Cell]]]
"""The rows of a file, some at a time."""

MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
BOM = "\ufeff"  # without it, Excel reads Korean CSV in another encoding


def download(name: str, format_: Format, titles: Sequence[str], rows: Rows) -> Stream:
    """A response that saves the file as `name`, which is ASCII and has no ending."""
    body = csv_file(titles, rows) if format_ == "csv" else _xlsx_file(titles, rows)
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


def _xlsx_file(titles: Sequence[str], rows: Rows) -> AsyncIterator[bytes]:
    # Here, because openpyxl takes a tenth of a start's time, and only staff need it.
    from shop.staff.files.write_xlsx import xlsx_file  # noqa: PLC0415 - see above

    return xlsx_file(titles, rows)
