"""The language of a request (Korean by default, or English), and texts and numbers in it."""

import io
from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import localcontext
from functools import cache, lru_cache
from gettext import NullTranslations
from pathlib import Path
from typing import Any, Literal, get_args
from zoneinfo import ZoneInfo

from babel.core import negotiate_locale
from babel.dates import format_datetime
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import Translations
from litestar.connection import ASGIConnection

from shop import site
from shop.paging import MAX_INT
from shop.web.q_values import MAX_HEADER_LENGTH, parse_q_values
from shop.web.wording import worded

Language = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
DEFAULT: Language = "ko"
COOKIE = "language"
COOKIES = (f"__Host-{COOKIE}", COOKIE)  # its names with SHOP_HTTPS and without; no secret
PARAMETER = "lang"  # of an address, so that each language has one to be linked and found by
CATALOGUES = Path(__file__).parent / "locale"
LOCALES = {"ko": "ko_KR", "en": "en_US"}  # as Open Graph writes them
TIME_FORMATS = {"ko": "y. M. d. HH:mm", "en": "MMM d, y, HH:mm"}
MAX_DIGITS = 5_000  # more than Python reads into a number

# The language of the page that is being written. Not in the templates' context, so that a template
# can import macros without it: Jinja compiles those once; with context, once per card of a list.
current_language: ContextVar[Language] = ContextVar("current_language")


def language_of(connection: ASGIConnection[Any, Any, Any, Any]) -> Language:
    """The one that the address names, else the one chosen by the switch, else the best of
    `Accept-Language`, else Korean."""
    for chosen in (connection.query_params.get(PARAMETER), *map(connection.cookies.get, COOKIES)):
        if chosen in LANGUAGES:
            return chosen
    return _best(connection.headers.get("accept-language", "")[:MAX_HEADER_LENGTH])


@lru_cache(1_000)
def _best(accept_language: str) -> Language:
    best = negotiate_locale(_accepted(accept_language), LANGUAGES, sep="-")
    return best or DEFAULT  # type: ignore[return-value]  # one of LANGUAGES


def _accepted(header: str) -> list[str]:
    """The tags of an Accept-Language header (RFC 9110, 12.5.4), the most wanted first."""
    ranked = sorted(parse_q_values(header), key=lambda entry: -entry[0])
    return [part for weight, tag in ranked if weight > 0 for part in (tag, tag.split("-")[0])]


@cache
def translations(language: Language) -> NullTranslations:
    """The catalogue of a language, read from its .po file: there is no compiled file to forget.

    English has no catalogue: the message ids are the English texts."""
    if language == "en":
        return NullTranslations()
    path = CATALOGUES / language / "LC_MESSAGES" / "messages.po"
    compiled = io.BytesIO()
    with path.open("rb") as po_file:
        write_mo(compiled, read_po(po_file, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def translate(language: Language, message: str, values: Mapping[str, Any] | None = None) -> str:
    """`message` in `language`, with the shop's own words, and its numbers written as that language
    writes them."""
    text = str(translations(language).gettext(message))
    if not values:
        return worded(language, text, site.current())
    return worded(language, text, site.current(), _before_percent) % {
        name: format_number(language, value) if isinstance(value, int) else value
        for name, value in values.items()
    }


def _before_percent(word: str) -> str:
    return word.replace("%", "%%")


def format_number(language: Language, number: int) -> str:
    """Of any length: Babel fails at 29 digits, and error messages repeat the client's number."""
    write = _format_number if abs(number) <= MAX_INT else _format_number.__wrapped__
    return write(language, number)


@lru_cache(10_000)
def _format_number(language: Language, number: int) -> str:
    with localcontext(prec=MAX_DIGITS):
        return str(format_decimal(number, locale=language))


def format_utc(moment: datetime) -> str:
    """For comparing with a server's log."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def format_time(language: Language, moment: datetime) -> str:
    """Date and time in the shop's time zone; the server's does not matter."""
    return _format_time(language, moment, time_zone())


@lru_cache(10_000)
def _format_time(language: Language, moment: datetime, zone: ZoneInfo) -> str:
    return str(format_datetime(moment, TIME_FORMATS[language], tzinfo=zone, locale=language))


def time_zone() -> ZoneInfo:
    """The shop's."""
    return ZoneInfo(site.current().time_zone)
