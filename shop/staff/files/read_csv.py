"""CSV as people have it: UTF-8, UTF-16 or EUC-KR; comma, semicolon or tab."""

import csv
import io
from collections.abc import Iterator

from shop.errors import N_
from shop.staff.files.cells import text_of
from shop.staff.files.rows import MAX_ROWS, Row, invalid_file

ENCODINGS = ("utf-8-sig", "cp949")
"""The second is what Excel in Korea calls EUC-KR: that, and the rest of Hangul."""
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = "\t;,"  # the first wins a tie: a pasted line may have 1,000 in a cell


def csv_rows(data: bytes) -> Iterator[Row]:
    """The rows of a CSV file. Raises InvalidInput."""
    text = _decoded(data)
    delimiter = _delimiter(text)
    lines = io.StringIO(text, newline="")
    if text.startswith("sep="):  # for Excel, and no row
        next(lines)
    skipped = 1 if text.startswith("sep=") else 0
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number = skipped + 1
    try:
        for cells in reader:
            if number > MAX_ROWS:
                raise invalid_file(N_("This file has more than %(max)s lines."), max=MAX_ROWS)
            yield Row(number, [text_of(cell) for cell in cells])
            number = skipped + reader.line_num + 1
    except csv.Error as error:
        raise invalid_file(
            N_("Line %(line)s cannot be read: a quotation mark is wrong, or a cell is too long."),
            line=number,
        ) from error


def _decoded(data: bytes) -> str:
    if data.startswith(UTF_16):
        return data.decode("utf-16", errors="replace")
    if b"\0" not in data:
        for encoding in ENCODINGS:
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
    raise invalid_file(N_("This is neither an Excel file (.xlsx) nor a CSV file."))


def _delimiter(text: str) -> str:
    """The delimiter of the first line that has one."""
    first = text.lstrip().partition("\n")[0]
    if first.startswith("sep="):
        return first[4:5] if first[4:5] in tuple(DELIMITERS) else ","
    for line in io.StringIO(text):
        unquoted = "".join(line.split('"')[::2])
        if found := max(map(unquoted.count, DELIMITERS)):
            return next(one for one in DELIMITERS if unquoted.count(one) == found)
    return ","
