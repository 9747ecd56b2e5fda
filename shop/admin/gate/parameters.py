"""The query parameters of a table: those that Piccolo's API can read, and text filters that match
literally."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from piccolo.columns import Text, Varchar
from piccolo.table import Table
from piccolo_api.crud.endpoints import MATCH_TYPES, OPERATOR_MAP

from shop.admin.form_keys import FIELD
from shop.admin.gate.rules import AdminRequest
from shop.errors import N_, FieldError, InvalidInput
from shop.web.request import AnyRequest
from shop.web.strict import UNFIT, refuse_parameters

LANGUAGE = "lang"
NAMES_OF_COLUMNS = {"__order", "__visible_fields"}
WILDCARDS = re.compile(r"[\\%_]")

# What these parameters may be; a list, a count and a row take those that mean something there.
VALUES: Mapping[str, re.Pattern[str]] = {
    "__page": re.compile("[1-9][0-9]{0,8}"),
    "__page_size": re.compile("[1-9][0-9]{0,2}|1000"),
    "__readable": re.compile("t|true|True|1"),
    "__range_header": re.compile("true|True|1|false|False|0"),
    "__range_header_name": re.compile("[A-Za-z0-9_.-]{1,60}"),
    "__order": re.compile(".+"),
    "__visible_fields": re.compile(".+"),
    "limit": re.compile("[1-9][0-9]{0,2}|1000"),
    "offset": re.compile("[0-9]{1,9}"),
    "search": re.compile(".*", re.DOTALL),
    LANGUAGE: re.compile("[a-z]{2}"),
}
OPERATORS = re.compile("|".join(OPERATOR_MAP))
MATCHES = re.compile("|".join(MATCH_TYPES))
IN_LISTS = frozenset(VALUES) - {"limit", "offset", "search"}
TAKEN: Mapping[str, frozenset[str]] = {
    "": IN_LISTS,
    "count": IN_LISTS,
    "ids": frozenset({"limit", "offset", "search"}),
    "schema": frozenset(),
    "new": frozenset(),
    "references": frozenset(),
}
OF_ROW = frozenset({"__readable", "__visible_fields"})


def checked_query(request: AnyRequest, admin_request: AdminRequest, table: type[Table]) -> bytes:
    """The query string for Piccolo, for a table that is read.

    Raises InvalidInput for what is unknown, comes twice or cannot be read; also for a column that
    is secret. In a text filter `%`, `_` and `\\` are made to stand for themselves.
    """
    columns = {column._meta.name for column in table._meta.columns if not column._meta.secret}
    part = (admin_request.parts[3:] or ("",))[0]
    known = TAKEN.get(part, OF_ROW) | {LANGUAGE}
    if known >= IN_LISTS:
        known |= columns | {f"{name}{end}" for name in columns for end in ("__operator", "__match")}
    refuse_parameters(request, known)
    _check_values(admin_request.query, columns)
    exact = {
        name.removesuffix("__match") for name, value in admin_request.query if value == "exact"
    }
    texts = {c._meta.name for c in table._meta.columns if isinstance(c, Varchar | Text)} - exact
    query = [(name, _value(name, value, texts | {"search"})) for name, value in admin_request.query]
    return urlencode(query).encode()


def _check_values(query: Sequence[tuple[str, str]], columns: set[str]) -> None:
    for name, value in query:
        pattern = VALUES.get(name)
        if name.endswith("__operator"):
            pattern = OPERATORS
        elif name.endswith("__match"):
            pattern = MATCHES
        if pattern and not pattern.fullmatch(value):
            raise InvalidInput(FieldError(name, UNFIT))
        if name in NAMES_OF_COLUMNS:
            named = {column.removeprefix("-") for column in value.split(",")}
            _check_columns(name, named - columns - {FIELD})


def _check_columns(parameter: str, unknown: set[str]) -> None:
    if unknown:
        message = N_("There is no column %(name)s.")
        raise InvalidInput(FieldError(parameter, message, {"name": min(unknown)[:60]}))


def _value(name: str, value: str, texts: set[str]) -> str:
    if name == "__visible_fields":  # the key of a form is a field of the page, not of the table
        return ",".join(column for column in value.split(",") if column != FIELD)
    return as_pattern(value) if name in texts else value


def as_pattern(text: str) -> str:
    """What LIKE takes for exactly this text. `null` must not be Piccolo's word for no value."""
    escaped = WILDCARDS.sub(r"\\\g<0>", text)
    return f"\\{escaped}" if text.lower() == "null" else escaped
