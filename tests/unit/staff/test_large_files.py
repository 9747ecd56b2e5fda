"""Files of very many lines are sent and read piece by piece: memory does not grow with them."""

import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from openpyxl import Workbook

from shop.errors import InvalidInput
from shop.orders.tables import Order
from shop.staff.files.read import MAX_BYTES, MAX_LINES, read_file
from shop.staff.grant_lines import COLUMNS
from tests.cast import Cast, SignedIn, make_product

ORDERS, PIECE = 200_000, 20_000
MAX_MB, MAX_CSV_MB = 100, 70
SHEET = "xl/worksheets/sheet1.xml"
SHEET_BEGINS = (
    b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
)
FILL = (
    """
    INSERT INTO orders (id, "user", total, status, created_at)
    SELECT n, {user}, 1000, 'paid', now() - n * interval '1 second'
    FROM generate_series({first}, {last}) n
    """,
    """
    INSERT INTO order_lines ("order", product, name, quantity, unit_price)
    SELECT n, {product}, 'x', 1, 1000 FROM generate_series({first}, {last}) n
    """,
    """
    INSERT INTO point_entries ("user", amount, kind, reference, balance_after, created_at)
    SELECT {user}, -1000, 'spend', 'order:' || n, 0, now() - n * interval '1 second'
    FROM generate_series({first}, {last}) n
    """,
)


@contextmanager
def growth() -> Iterator[list[float]]:
    """By how many MB this process grew at most, once the block has ended."""
    process, most, ended = psutil.Process(), [0.0], threading.Event()
    before = process.memory_info().rss

    def watch() -> None:
        while not ended.wait(0.02):
            most[0] = max(most[0], (process.memory_info().rss - before) / 1e6)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        ended.set()
        thread.join()


@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_memory_does_not_grow_with_a_file(chief: SignedIn, cast: Cast) -> None:
    """The client keeps what it gets, which is a sixth of the limit."""
    product = await make_product(price=1_000)
    for first in range(1, ORDERS, PIECE):
        values = {"first": first, "last": first + PIECE - 1}
        for statement in FILL:
            await Order.raw(statement.format(user=cast.alice, product=product, **values))
            if first == 1:  # earlier tests left plans for few rows, by which keys are checked
                await Order.raw("ANALYZE")
    await Order.raw("ANALYZE")
    await chief.get("/staff/reports.csv")  # loads what any file needs
    for path in ("/staff/orders.csv", "/staff/points.csv"):
        with growth() as grown:
            found = await chief.get(path)
        assert found.status_code == 200
        assert grown[0] < MAX_MB, path
        assert found.content.count(b"\n") > ORDERS, path


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("lines", [MAX_LINES, 2 * MAX_LINES])
async def test_memory_for_an_excel_file_ends_at_the_largest_number_of_lines(
    tmp_path: Path, lines: int
) -> None:
    """What is read of it is kept. The rest of a longer one is not read."""
    data = workbook(tmp_path / "points.xlsx", lines)
    await read_file(workbook(tmp_path / "small.xlsx", 1), COLUMNS)  # loads what any file needs
    with growth() as grown:
        if lines > MAX_LINES:
            with pytest.raises(InvalidInput, match="lines"):
                await read_file(data, COLUMNS)
        else:
            assert len((await read_file(data, COLUMNS)).lines) == lines
    assert grown[0] < MAX_MB


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp949", "utf-16"])
async def test_memory_for_a_csv_file_is_that_of_its_lines(encoding: str) -> None:
    """Here as large as a file may be, in bytes and lines: its text as a whole is not kept."""
    note = "가" * (MAX_BYTES // MAX_LINES // 3 - 20)
    rows = (f"person{n},100,명절 선물 {n},{note}\n" for n in range(MAX_LINES))
    data = "".join(["username,points,reason,note\n", *rows]).encode(encoding)
    assert len(data) <= MAX_BYTES
    with growth() as grown:
        table = await read_file(data, COLUMNS)
    assert len(table.lines) == MAX_LINES
    assert grown[0] < MAX_CSV_MB


def workbook(path: Path, lines: int) -> bytes:
    """Its sheet is written to the disk, and takes no memory here."""
    Workbook().save(path)
    with zipfile.ZipFile(path) as empty:
        parts = {name: empty.read(name) for name in empty.namelist() if name != SHEET}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as full:
        for name, content in parts.items():
            full.writestr(name, content)
        with full.open(SHEET, "w") as sheet:
            sheet.write(SHEET_BEGINS + row("username", "points", "reason"))
            for number in range(lines):
                sheet.write(row(f"person{number}", "100", f"명절 선물 {number}"))
            sheet.write(b"</sheetData></worksheet>")
    return path.read_bytes()


def row(*cells: str) -> bytes:
    texts = (f'<c t="inlineStr"><is><t>{cell}</t></is></c>' for cell in cells)
    return f"<row>{''.join(texts)}</row>".encode()
