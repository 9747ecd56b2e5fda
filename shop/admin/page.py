"""The admin's one page, as Piccolo ships it, with what leads nowhere taken from sight.

Sight only: `shop.admin.rules` refuses it, seen or not.
"""

from collections.abc import Iterable

from shop.admin.form_keys import FIELD
from shop.web.i18n import TIME_ZONE

# Passwords are changed in the shop, nothing is deleted, and rows are changed one by one.
NOWHERE = (
    "li:has(> a[href='#/change-password/'])",
    "li:has(> a[href='./api/mfa-setup/'])",
    "li:has(> a[data-uitest='delete_row_button'])",
    "a[data-uitest='drop_down_button']",
    ":is(th, td):has(> input[type='checkbox']:not([id]))",
    # The key of an opened form, which the page sends back as one field more.
    f"div:has(> div > [name='{FIELD}'])",
    f"tr:has(> td > #csv_{FIELD})",
    f"option[value='{FIELD}']",
)


def dressed(template: str, without_add: Iterable[str], script: str) -> str:
    """With the shop's title and its script, and without "Add row" for tables that take none."""
    added = (f"a[href='#/{table}/add/']" for table in without_add)
    style = f"<style>{', '.join([*NOWHERE, *added])} {{ display: none !important }}</style>"
    own = f'<script src="{script}" data-time-zone="{TIME_ZONE.key}"></script>'
    titled = template.replace("<title>Piccolo Admin</title>", "<title>Pointmall</title>")
    return titled.replace("<script", f"{style}{own}\n  <script", 1)
