"""A recipient: to whom and where goods are sent, and what is accepted as one."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache

import msgspec
from babel import Locale

from shop.errors import N_, FieldError, InvalidInput
from shop.text import is_blank

KOREA = "KR"
MAX_LENGTHS = {"name": 60, "line1": 120, "line2": 120, "note": 200}
REQUIRED = {"name", "line1"}
PHONE = re.compile(r"[0-9+(][0-9+(). -]{6,19}", re.ASCII)
PHONE_DIGITS = range(7, 16)  # E.164 allows 15
KOREAN_POSTCODE = re.compile(r"[0-9]{5}", re.ASCII)
POSTCODE = re.compile(r"[A-Za-z0-9 -]{0,12}", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
NO_COUNTRIES = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
INVISIBLE = {"Cc", "Cs", "Zl", "Zp"}
DIRECTIONS = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


class Recipient(msgspec.Struct, frozen=True):
    """`country` is an ISO 3166 code. Outside Korea the postcode may be empty."""

    name: str
    phone: str
    postcode: str
    line1: str
    line2: str = ""
    note: str = ""
    country: str = KOREA


class RecipientForm(msgspec.Struct):
    """A recipient as submitted by a form."""

    name: str = ""
    phone: str = ""
    postcode: str = ""
    line1: str = ""
    line2: str = ""
    note: str = ""
    country: str = KOREA

    @property
    def recipient(self) -> Recipient:
        return recipient_in(self)


def recipient_in(fields: object) -> Recipient:
    """The recipient in the attributes of the same names."""
    return Recipient(*(getattr(fields, name) for name in Recipient.__struct_fields__))


@cache
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """As `country_names`, for a cached fragment."""
    return tuple(country_names(language).items())


@cache
def country_names(language: str) -> dict[str, str]:
    """The names of all countries by their codes: Korea first, then by name."""
    named = Locale.parse(language).territories.items()
    found = {code: name for code, name in named if COUNTRY.fullmatch(code)}
    codes = sorted(found.keys() - NO_COUNTRIES, key=lambda code: (code != KOREA, found[code]))
    return {code: found[code] for code in codes}


def checked(recipient: Recipient, within: str = "") -> Recipient:
    """The recipient in normal form. Raises InvalidInput with every wrong field in the order of
    the forms, each named with the prefix `within`."""
    tidy = Recipient(**{name: _tidied(name, text) for name, text in _fields(recipient)})
    problems = _problems(tidy)
    if errors := [FieldError(within + name, *what) for name, what in problems]:
        raise InvalidInput(*errors)
    return tidy


def _fields(recipient: Recipient) -> Iterator[tuple[str, str]]:
    yield from msgspec.structs.asdict(recipient).items()


def _tidied(name: str, text: str) -> str:
    """Digits may be typed in full width. No text needs more than 1,000 characters."""
    is_text, text = name in MAX_LENGTHS, text[:1_000]
    return unicodedata.normalize("NFC" if is_text else "NFKC", text).strip()


Problem = tuple[str, tuple[str, dict[str, int]]]
"""A field, and the message id and its values."""


def _problems(recipient: Recipient) -> Iterator[Problem]:
    yield from _problems_of_text("name", recipient.name)
    digits = sum(char.isdigit() for char in recipient.phone)
    if not PHONE.fullmatch(recipient.phone) or digits not in PHONE_DIGITS:
        yield "phone", (N_("Enter a phone number, such as 010-1234-5678."), {})
    yield from _problems_of_postcode(recipient.country, recipient.postcode)
    for name in ("line1", "line2", "note"):
        yield from _problems_of_text(name, getattr(recipient, name))


def _problems_of_text(name: str, text: str) -> Iterator[Problem]:
    limit = MAX_LENGTHS[name]
    if name in REQUIRED and not any(char.isalnum() and not is_blank(char) for char in text):
        yield name, (N_("Please fill this in."), {})
    elif len(text) > limit:
        yield name, (N_("Use at most %(max)s characters."), {"max": limit})
    elif not is_plain(text):
        yield name, (N_("This contains characters that cannot be printed."), {})


def _problems_of_postcode(country: str, postcode: str) -> Iterator[Problem]:
    if country not in country_names("en"):
        yield "country", (N_("Please choose a country."), {})
    elif country == KOREA and not KOREAN_POSTCODE.fullmatch(postcode):
        yield "postcode", (N_("A Korean postcode has 5 digits."), {})
    elif not POSTCODE.fullmatch(postcode):
        yield "postcode", (N_("Use up to 12 letters, digits, spaces and hyphens."), {})


def is_plain(text: str) -> bool:
    """Whether the text has neither control characters nor such that reverse its direction."""
    return not any(
        unicodedata.category(char) in INVISIBLE or unicodedata.bidirectional(char) in DIRECTIONS
        for char in text
    )
