"""The number of an order that people read, such as `7078-9620`: made of its id, and back.

Each id has one number, and neighbours differ in all digits, so that a number does not tell how many
orders there are. It is no secret: who has this file can compute the id.
"""

import re
import unicodedata

from shop.paging import MAX_INT

LENGTHS = (8, 12, 16, 20)
"""Digits of a number; the longer ones are for ids that the shorter ones have no room for."""
FACTOR, OFFSET = 61_803_401, 27_182_818
"""The factor has no divisor in common with 9 * 10**n, so no two ids get the same number."""
GROUPS = re.compile(r"\d{4}")
SEPARATORS = re.compile(r"[\s\-\N{HYPHEN}-\N{HORIZONTAL BAR}]")


def order_number(order_id: int) -> str:
    length = next(n for n in LENGTHS if order_id < _room(n))
    number = 10 ** (length - 1) + (order_id * FACTOR + OFFSET) % _room(length)
    return "-".join(GROUPS.findall(str(number)))


def typed_digits(text: str) -> str:
    """The digits of a number that was typed, with hyphens and spaces or without; empty for any
    other text."""
    digits = SEPARATORS.sub("", unicodedata.normalize("NFKC", text[:60]))
    return digits if digits.isascii() and digits.isdecimal() else ""


def order_of_number(digits: str) -> int | None:
    """The id of the order with this number, whether or not there is such an order."""
    length = len(digits)
    if length not in LENGTHS:
        return None
    room = _room(length)
    order_id = (int(digits) - 10 ** (length - 1) - OFFSET) * pow(FACTOR, -1, room) % room
    is_its_number = order_number(order_id).replace("-", "") == digits
    return order_id if is_its_number and 0 < order_id <= MAX_INT else None


def order_named(text: str) -> int | None:
    """The id of the order that staff typed: its number, or, with fewer digits than any number has,
    the id itself."""
    digits = typed_digits(text.removeprefix("#"))
    if 0 < len(digits) < LENGTHS[0]:
        return int(digits)
    return order_of_number(digits)


def _room(length: int) -> int:
    """How many numbers have that many digits."""
    return 9 * 10 ** (length - 1)
