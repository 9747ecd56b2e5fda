"""Files from staff: the formats that can be read, and the messages for all others."""

import io
import zipfile
from datetime import date
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from shop.errors import InvalidInput
from shop.staff.files import read, read_xlsx
from shop.staff.files.cells import typed_number
from shop.staff.files.read import Column, Line, Table, read_file, read_text
from shop.staff.files.rows import MAX_ROWS

USER = Column("user", ("사용자 이름", "username"))
POINTS = Column("points", ("포인트", "points"))
REASON = Column("reason", ("사유", "reason"), required=False)
COLUMNS = (USER, POINTS, REASON)


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


def book(*rows: Any) -> Workbook:
    made = Workbook()
    for row in rows:
        made.active.append(row)
    return made


def saved(made: Workbook) -> bytes:
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def repacked(data: bytes, **changed: bytes) -> bytes:
    """An archive with some of its parts changed or added."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in {*old.namelist(), *changed}:
            new.writestr(name, changed[name] if name in changed else old.read(name))
    return packed.getvalue()


async def refusal_of(data: bytes) -> str:
    with pytest.raises(InvalidInput) as refused:
        await read_file(data, COLUMNS)
    [error] = refused.value.errors
    assert error.field == "file"
    return error.message % error.values


def cells(table: Table) -> list[dict[str, str]]:
    assert table.problems == []
    return [dict(line.cells) for line in table.lines]


TEXT = "사용자 이름,포인트,사유\r\nkim,1000,명절 선물\r\n"
EXPECTED = [{"user": "kim", "points": "1000", "reason": "명절 선물"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "euc-kr", "cp949", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
async def test_csv_in_each_encoding_and_with_each_delimiter(encoding: str, delimiter: str) -> None:
    data = TEXT.replace(",", delimiter).encode(encoding)
    assert cells(await read_file(data, COLUMNS)) == EXPECTED


async def test_hangul_that_only_excel_knows() -> None:
    data = "username,points\n똠방각하,1".encode("cp949")
    assert (await read_file(data, COLUMNS)).lines[0].cells["user"] == "똠방각하"


async def test_the_line_in_which_excel_names_its_delimiter() -> None:
    table = await read_file(b"sep=;\r\nusername;points\r\nkim;1,000\r\n", COLUMNS)
    assert table.lines == [Line(3, {"user": "kim", "points": "1,000"})]


async def test_quoted_cells_and_lines_by_their_number_in_the_file() -> None:
    data = b'username,points,reason\n\nkim,1,"a, ""b""\nc"\nlee,2,\n'
    table = await read_file(data, COLUMNS)
    assert [line.number for line in table.lines] == [3, 5]
    assert table.lines[0].cells["reason"] == 'a, "b"\nc'


async def test_excel() -> None:
    data = saved(book(["사용자 이름", "포인트", "사유"], ["kim", 1000, "명절 선물"]))
    assert cells(await read_file(data, COLUMNS)) == EXPECTED


async def test_excel_with_numbers_dates_and_gaps() -> None:
    rows = [["username", "points", "reason"], [20260001, 1000.0, date(2026, 11, 26)], [], ["a", 1]]
    table = await read_file(saved(book(*rows)), COLUMNS)
    assert table.lines[0].cells == {
        "user": "20260001",
        "points": "1000",
        "reason": "2026-11-26 00:00:00",
    }
    assert table.lines[1] == Line(4, {"user": "a", "points": "1", "reason": ""})


async def test_columns_in_another_order_and_more_of_them() -> None:
    data = b"Department, POINTS ,User Name,UserName\nsales,5,x,kim"
    assert (await read_file(data, COLUMNS)).problems[0].message == (
        "The column “%(title)s” is there twice."
    )
    data = b"Department, POINTS ,UserName\nsales,5,kim"
    assert cells(await read_file(data, COLUMNS)) == [{"user": "kim", "points": "5"}]


async def test_a_missing_column_is_named() -> None:
    [problem] = (await read_file(b"username,reason\nkim,x", COLUMNS)).problems
    assert (problem.line, problem.values) == (1, {"title": "포인트"})


async def test_pasted_lines_need_no_titles() -> None:
    assert cells(await read_text("kim\t1000\t명절 선물", COLUMNS)) == EXPECTED
    assert cells(await read_text(TEXT, COLUMNS)) == EXPECTED


async def test_an_exported_file_is_read_unchanged() -> None:
    table = await read_file(b"username,points,reason\nkim,-5,'-5 corrected", COLUMNS)
    assert dict(table.lines[0].cells) == {"user": "kim", "points": "-5", "reason": "-5 corrected"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"\n\n , \n", "empty"),
        (b"\x89PNG\r\n\x1a\n\0\0", "neither"),
        (b"\xff\xd8\xff\xe0", "neither"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old Excel file"),
        (b"PK\x03\x04 and no more", "cannot be read"),
        (b'username,points\nkim,"1', "Line 2"),
        (b'username,points\nlee,2\nkim,"1"x', "Line 3"),
        (b"username,points\nkim," + b"x" * 200_000, "Line 2"),
    ],
)
async def test_files_without_a_table_are_refused(data: bytes, said: str) -> None:
    assert said in await refusal_of(data)


async def test_an_archive_that_is_no_workbook() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("picture.png", b"x")
    assert "cannot be read" in await refusal_of(packed.getvalue())


async def test_a_damaged_workbook() -> None:
    broken = repacked(saved(book(["username"])), **{"xl/worksheets/sheet1.xml": b"<worksheet"})
    assert "cannot be read" in await refusal_of(broken)


async def test_a_workbook_with_macros() -> None:
    data = repacked(saved(book(["username"])), **{"xl/vbaProject.bin": b"x"})
    assert "macros" in await refusal_of(data)


async def test_a_workbook_that_is_declared_to_have_macros() -> None:
    """As .xlsm files are, also where none was recorded."""
    data = saved(book(["username"]))
    types = zipfile.ZipFile(io.BytesIO(data)).read("[Content_Types].xml")
    macros = types.replace(
        b"openxmlformats-officedocument.spreadsheetml.sheet.main",
        b"ms-excel.sheet.macroEnabled.main",
    )
    assert macros != types
    assert "macros" in await refusal_of(repacked(data, **{"[Content_Types].xml": macros}))


async def test_a_formula_is_not_run() -> None:
    data = saved(book(["username", "points"], ["kim", "=1+1"]))
    assert cells(await read_file(data, COLUMNS)) == [{"user": "kim", "points": ""}]


async def test_merged_cells_are_named_by_line() -> None:
    made = book(["username", "points"], ["kim", 1], ["lee", 2], ["park", 3])
    made.active.merge_cells("A3:A4")
    table = await read_file(saved(made), COLUMNS)
    assert [problem.line for problem in table.problems] == [3, 4]


async def test_a_file_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_BYTES", 1_000_000)
    assert "larger than 1 MB" in await refusal_of(b"x" * 1_000_001)


async def test_a_small_file_that_unpacks_to_a_large_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_xlsx, "MAX_UNPACKED", 100_000)
    data = saved(book(["username", "points"], ["x" * 30_000, 1], *[["y" * 30_000, 2]] * 4))
    assert "unpacked" in await refusal_of(data)


@pytest.mark.parametrize("lines", [100_000, 100_001])
async def test_a_hundred_thousand_lines_and_one_more(lines: int) -> None:
    data = b"username,points\n" + b"kim,1\n" * lines
    if lines > read.MAX_LINES:
        assert "more than 100000 lines" in await refusal_of(data)
    else:
        assert len((await read_file(data, COLUMNS)).lines) == lines


async def test_a_sheet_that_claims_to_be_large_is_read_as_it_is() -> None:
    data = saved(book(["username", "points"], ["kim", 1]))
    sheet = zipfile.ZipFile(io.BytesIO(data)).read("xl/worksheets/sheet1.xml")
    claims = sheet.replace(b'ref="A1:B2"', b'ref="A1:XFD1048576"')
    assert claims != sheet
    data = repacked(data, **{"xl/worksheets/sheet1.xml": claims})
    assert load_workbook(io.BytesIO(data), read_only=True).active.max_row == 1_048_576
    assert cells(await read_file(data, COLUMNS)) == [{"user": "kim", "points": "1"}]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0", 0),
        ("1000", 1000),
        ("1,000", 1000),
        ("-1,234,567", -1_234_567),
        ("１０００", 1000),
        (" 5 ", 5),
        ("9" * 19, 10**19 - 1),
        ("1" + "0" * 19, None),
        ("9" * 5_000, None),
        ("1.5", None),
        ("1,00", None),
        ("1e3", None),
        ("", None),
        ("천", None),
        ("²", None),
    ],
)
def test_a_whole_number_as_people_write_it(text: str, number: int | None) -> None:
    assert typed_number(text) == number


async def test_a_pasted_number_may_have_a_comma() -> None:
    table = await read_text("kim\t1,000", (USER, POINTS))
    assert cells(table) == [{"user": "kim", "points": "1,000"}]


async def test_the_first_line_with_a_delimiter_decides_it() -> None:
    columns = (Column("a", ("a",)), Column("b", ("b",)))
    for delimiter in ",;\t":
        table = await read_text(f"one\ntwo{delimiter}2", columns)
        assert [line.cells for line in table.lines] == [
            {"a": "one", "b": ""},
            {"a": "two", "b": "2"},
        ]


async def test_titles_without_lines_are_refused() -> None:
    wanted = "This file has titles, but no lines below them."
    assert await refusal_of(b"username,points\r\n\r\n") == wanted
    assert await refusal_of(saved(book(["username", "points"]))) == wanted


@pytest.mark.parametrize("row", [b'<row r="9999999999"/>', b"<row/>" * 1_100_000])
@pytest.mark.parametrize("most", [10_000, pytest.param(MAX_ROWS, marks=pytest.mark.slow)])
async def test_rows_that_no_excel_file_can_have_are_not_waited_for(
    row: bytes, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MAX_ROWS == 1_048_576  # Excel's own; reading so many takes nine seconds
    monkeypatch.setattr("shop.staff.files.read_xlsx.MAX_ROWS", most)
    data = saved(book(["username", "points"], ["kim", 5]))
    sheet = "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        changed = parts.read(sheet).replace(b"</sheetData>", row + b"</sheetData>")
    assert await refusal_of(repacked(data, **{sheet: changed})) == read_xlsx.TOO_LARGE


async def test_the_number_of_shared_strings_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    strings = b'<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">%b</sst>'
    data = saved(book(["username", "points"], ["kim", 5]))
    packed = repacked(data, **{"xl/sharedStrings.xml": strings % (b"<si><t/></si>" * 4)})
    monkeypatch.setattr(read_xlsx, "MAX_STRINGS", 4)
    assert len((await read_file(packed, COLUMNS)).lines) == 1
    monkeypatch.setattr(read_xlsx, "MAX_STRINGS", 3)
    assert await refusal_of(packed) == read_xlsx.TOO_LARGE


@pytest.mark.parametrize("char", ["\0", "\x07", "\x7f", "\u202e"])
async def test_a_line_with_control_characters_is_named(char: str) -> None:
    data = f"username\tpoints\r\nkim\t5\r\nlee{char}x\t6".encode("utf-16")
    table = await read_file(data, COLUMNS)
    assert [(problem.line, problem.message) for problem in table.problems] == [(3, read.CONTROL)]


async def test_a_hidden_sheet_is_not_read_in_place_of_the_one_that_is_seen() -> None:
    made = book(["username", "points"], ["hidden", 5])
    made.active.sheet_state = "hidden"
    seen = made.create_sheet("seen")
    seen.append(["username", "points"])
    seen.append(["kim", 6])
    made.active = 1
    assert cells(await read_file(saved(made), COLUMNS)) == [{"user": "kim", "points": "6"}]


@pytest.mark.parametrize("start", ["sep=\n", "sep=", "sep=,;\n"])
async def test_a_line_for_excel_without_a_delimiter_is_no_fault(start: str) -> None:
    with pytest.raises(InvalidInput):
        await read_file(start.encode(), COLUMNS)


async def test_empty_lines_without_end_are_not_read_to_the_end() -> None:
    assert await refusal_of(b"\n" * 1_100_000) == "This file has more than 1048576 lines."
