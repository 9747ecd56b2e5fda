"""CSV as people have it: UTF-8, UTF-16 or EUC-KR; comma, semicolon or tab."""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterator
from itertools import chain

from shop.errors import N_
from shop.staff.files.cells import text_of
from shop.staff.files.rows import MAX_ROWS, Row, invalid_file

ENCODINGS = ("utf-8-sig", "cp949")
"""The second is what Excel in Korea calls EUC-KR: that, and the rest of Hangul."""
PIECE = 1 << 16  # bytes
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
DELIMITERS = "\t;,"  # the first wins a tie: a pasted line may have 1,000 in a cell


def csv_rows(data: bytes) -> Iterator[Row]:
    """The rows of a CSV file. Raises InvalidInput."""
    encoding = _encoding(data)
    delimiter = _delimiter(_lines(data, encoding))
    lines = _lines(data, encoding)
    first = next(lines, "")
    skipped = 1 if first.startswith("sep=") else 0  # for Excel, and no row
    rows = lines if skipped else chain([first], lines)
    reader = csv.reader(rows, delimiter=delimiter, strict=True)
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


def _lines(data: bytes, encoding: str) -> Iterator[str]:
    """Decoded piece by piece: as one text, a file takes up to four bytes a letter."""
    return io.TextIOWrapper(io.BytesIO(data), encoding, errors="replace", newline="")


def _encoding(data: bytes) -> str:
    if data.startswith(UTF_16):
        return "utf-16"
    if b"\0" not in data:
        for encoding in ENCODINGS:
            if _is_in(data, encoding):
                return encoding
    raise invalid_file(N_("This is neither an Excel file (.xlsx) nor a CSV file."))


def _is_in(data: bytes, encoding: str) -> bool:
    pieces = (data[place : place + PIECE] for place in range(0, len(data), PIECE))
    try:
        deque(codecs.iterdecode(pieces, encoding), maxlen=0)
    except UnicodeDecodeError:
        return False
    return True


def _delimiter(lines: Iterator[str]) -> str:
    """The delimiter of the first line that has one."""
    for line in lines:
        if line.startswith("sep="):
            return line[4] if line[4:5] in tuple(DELIMITERS) else ","
        unquoted = "".join(line.split('"')[::2])
        if found := max(map(unquoted.count, DELIMITERS)):
            return next(one for one in DELIMITERS if unquoted.count(one) == found)
    return ","
