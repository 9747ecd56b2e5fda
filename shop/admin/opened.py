"""What the form of a row was opened with: its key, and digests of the values that it showed.

It travels through the page in the field `form_key`, because the page sends every field of a row,
changed or not. It is neither secret nor signed: forging it only skips one's own check.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from typing import Any

import msgspec

from shop.admin.form_keys import PATTERN, new_key
from shop.errors import N_, Answer, ShopError
from shop.products.facets import FACETS

SCOPE_KEY = "shop.opened"
"""Where the gate leaves the OpenedRow of a write, for the hooks of the tables."""

# Editable columns by table. The form sends these and others.
EDITABLE: Mapping[str, frozenset[str]] = {
    **{facet.tablename: frozenset({"slug", "name", "name_en", "position"}) for facet in FACETS},
    "products": frozenset(
        {facet.name for facet in FACETS}
        | {"name", "name_en", "description", "description_en"}
        | {"price", "picture", "active", "delivery"}
        | {"person_limit", "limit_days", "on_sale_from", "on_sale_until"}
    ),
    "users": frozenset({"active", "admin", "superuser", "first_name", "last_name", "email"}),
}


class FormNotOpened(ShopError):
    """A write of the admin without the key that its form was opened with."""

    answer = Answer(
        428,
        "form-not-opened",
        N_("Please open this form again"),
        N_("Changes need the form_key of an opened form or row."),
    )


class OpenedRow(msgspec.Struct, frozen=True):
    """`row` is the table and the id, `products:12`, or `products:new`. `digests` are by column."""

    key: str
    row: str
    digests: dict[str, str]


def opened_new() -> str:
    """The field's value in the form of a new row."""
    return new_key()


def opened_row(table: str, row: Mapping[str, Any]) -> str:
    """The field's value in a form that shows `row`."""
    digests = {name: digest(row[name]) for name in EDITABLE[table] & row.keys()}
    opened = OpenedRow(new_key(), f"{table}:{row['id']}", digests)
    return base64.urlsafe_b64encode(msgspec.json.encode(opened)).decode()


def read_opened(text: object, row: str) -> OpenedRow:
    """The form that `text` came with. Raises FormNotOpened unless that was opened for `row`."""
    opened = OpenedRow(str(text), row, {}) if row.endswith(":new") else _decoded(text)
    if opened.row != row or not re.fullmatch(PATTERN, opened.key):
        raise FormNotOpened
    return opened


def _decoded(text: object) -> OpenedRow:
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(str(text)), type=OpenedRow)
    except (msgspec.MsgspecError, ValueError):
        raise FormNotOpened from None


def digest(value: object) -> str:
    """The same for values between which the page's form makes no difference."""
    if isinstance(value, str):
        value = value.replace("\r\n", "\n").replace("\r", "\n").strip() or None
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]
