"""Piccolo Admin's page, without the controls for what the shop does not allow.

They are only hidden here; `shop.admin.gate.rules` refuses the requests.
"""

from collections.abc import Iterable

from markupsafe import escape

from shop.admin.form_keys import FIELD
from shop.web.i18n import time_zone

# Passwords are changed in the shop, nothing is deleted, and rows are changed one by one.
HIDDEN_SELECTORS = (
    "li:has(> a[href='#/change-password/'])",
    "li:has(> a[href='./api/mfa-setup/'])",
    "li:has(> a[data-uitest='delete_row_button'])",
    "a[data-uitest='drop_down_button']",
    ":is(th, td):has(> input[type='checkbox']:not([id]))",
    # The key of an opened form, which the page sends back as one field more.
    f"div:has(> div > [name='{FIELD}'])",
    f"tr:has(> td > #csv_{FIELD})",
    f"option[value='{FIELD}']",
    # Set by the script on a table that the reader cannot write.
    "[data-read-only] [data-uitest='save_button']",
    "[data-read-only] a[href$='/add/']",
)


TITLE, TIME_ZONE = "<title>Piccolo Admin</title>", 'data-time-zone=""'
READ_ONLY = 'data-read-only=""'
"""Where the page of each reader names the tables that they cannot write."""


def customised(template: str, without_add: Iterable[str], script: str) -> str:
    """The template with the shop's script, without "Add row" for read-only tables."""
    added = (f"a[href='#/{table}/add/']" for table in without_add)
    style = (
        f"<style>{', '.join([*HIDDEN_SELECTORS, *added])} {{ display: none !important }}</style>"
    )
    own = f'<script src="{script}" {TIME_ZONE} {READ_ONLY}></script>'
    return template.replace("<script", f"{style}{own}\n  <script", 1)


def for_reader(page: str, name: str, tables: Iterable[str]) -> str:
    """The page with the shop's name and time zone as they are now, for a reader who cannot write
    these tables."""
    titled = page.replace(TITLE, f"<title>{escape(name)}</title>", 1)
    timed = titled.replace(TIME_ZONE, f'data-time-zone="{time_zone().key}"', 1)
    return timed.replace(READ_ONLY, f'data-read-only="{" ".join(tables)}"', 1)
