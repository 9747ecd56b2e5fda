"""Files for staff: whole, streamed, and without a formula."""

import csv
import io
import tempfile
import tracemalloc
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from shop.staff.files import write_xlsx
from shop.staff.files.cells import Cell
from shop.staff.files.write import csv_file, download
from shop.staff.files.write_xlsx import xlsx_file

TITLES = ["번호", "상품", "언제"]
AT = datetime(2026, 12, 31, 15, 30, 0, 5, UTC)
ROWS: list[list[Cell]] = [[1, "머그, 흰색", AT], [-2, None, None]]
FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("x")', "#N/A"]


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


async def some(*rows: Sequence[Cell]) -> AsyncIterator[list[Sequence[Cell]]]:
    for row in rows:
        yield [row]


async def whole(body: AsyncIterator[bytes]) -> bytes:
    return b"".join([chunk async for chunk in body])


def sheets(data: bytes) -> list[list[tuple[Any, ...]]]:
    return [list(sheet.values) for sheet in load_workbook(io.BytesIO(data))]


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def test_csv_is_what_excel_in_korea_reads() -> None:
    data = await whole(csv_file(TITLES, some(*ROWS)))
    assert data.startswith(b"\xef\xbb\xbf")
    assert list(csv.reader(io.StringIO(data.decode("utf-8-sig")))) == [
        TITLES,
        ["1", "머그, 흰색", "2027-01-01 00:30:00"],
        ["-2", "", ""],
    ]


async def test_excel_has_numbers_and_times_in_korea() -> None:
    [sheet] = sheets(await whole(xlsx_file(TITLES, some(*ROWS))))
    assert sheet == [
        tuple(TITLES),
        (1, "머그, 흰색", datetime(2027, 1, 1, 0, 30)),  # noqa: DTZ001 - cells have no zone
        (-2, None, None),
    ]


@pytest.mark.parametrize("text", FORMULAS)
async def test_no_cell_is_a_formula(text: str) -> None:
    data = await whole(csv_file(["x"], some([text])))
    [cell] = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1]
    assert cell == (text if text.startswith("#") else f"'{text}")
    book = load_workbook(io.BytesIO(await whole(xlsx_file(["x"], some([text])))))
    assert book.active["A2"].data_type == "s"


async def test_characters_that_excel_cannot_store_are_left_out() -> None:
    [sheet] = sheets(await whole(xlsx_file(["x"], some(["a\x00b\x1fc\ufffed\ufffee"]))))
    assert sheet[1] == ("abcde",)


async def test_more_rows_than_a_sheet_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_xlsx, "MAX_ROWS", 3)
    found = sheets(await whole(xlsx_file(["n"], some([1], [2], [3]))))
    assert found == [[("n",), (1,), (2,)], [("n",), (3,)]]


async def test_a_file_that_is_given_up_leaves_nothing_on_the_disk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def breaks() -> AsyncIterator[list[list[Cell]]]:
        yield [[1]]
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await whole(xlsx_file(["n"], breaks()))
    assert names(tmp_path) == []
    await whole(xlsx_file(["n"], some([1])))
    assert names(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("make", [csv_file, xlsx_file])
async def test_a_large_file_needs_little_memory(make: Any) -> None:
    async def many() -> AsyncIterator[list[list[Cell]]]:
        for start in range(0, 100_000, 1_000):
            yield [[n, f"상품 {n}", AT] for n in range(start, start + 1_000)]

    tracemalloc.start()
    async for _ in make(TITLES, many()):
        pass
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20_000_000


def test_a_download_is_named_and_not_cached() -> None:
    response = download("orders", "xlsx", ["n"], some([1]))
    assert response.headers["content-disposition"] == 'attachment; filename="orders.xlsx"'
    assert response.headers["cache-control"] == "no-store"
