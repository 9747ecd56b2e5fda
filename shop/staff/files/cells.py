"""The values of cells: as text when a file is read, and never as a formula when one is written."""

import re
import unicodedata
from datetime import date, datetime
from typing import TypeAlias

from shop.web.i18n import time_zone

Cell: TypeAlias = str | int | datetime | None
"""What a file of the shop holds: text, a whole number, a moment, or nothing."""

FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""A text that begins like this is run as a formula by spreadsheet programs (CSV injection)."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML, and so an Excel file, cannot hold."""
THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+", re.ASCII)
HALF_WIDTH = str.maketrans("０１２３４５６７８９，＋－", "0123456789,+-")
WHOLE = re.compile(r"[+-]?\d{1,19}", re.ASCII)


def local(moment: datetime) -> datetime:
    """The moment in the shop's time zone, to the second, without a zone: spreadsheets know none."""
    return moment.astimezone(time_zone()).replace(microsecond=0, tzinfo=None)


def printable(text: str) -> str:
    return UNPRINTABLE.sub("", text)


def harmless(text: str) -> str:
    """The text in a CSV file, where only its beginning says whether it is a formula."""
    kept = printable(text)
    return f"'{kept}" if kept.startswith(FORMULA) else kept


def text_of(value: object) -> str:
    """A cell that was read, as a person would write it. The inverse of `harmless` for a text."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, date):
        return value.isoformat(sep=" ") if isinstance(value, datetime) else value.isoformat()
    text = unicodedata.normalize("NFC", str(value)).strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def typed_number(text: str) -> int | None:
    """The number as people type it, also with thousands separators or full-width digits; None for
    any other text."""
    plain = text.translate(HALF_WIDTH).strip()
    if THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    return int(plain) if WHOLE.fullmatch(plain) else None
