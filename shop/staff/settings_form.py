"""The form of the settings: its fields as submitted, and their values."""

from collections.abc import Mapping
from typing import Any

import msgspec

from shop.errors import N_, FieldError, InvalidInput
from shop.paging import MAX_INT
from shop.site import Site
from shop.site_settings.service import MAX_WELCOME_POINTS, WORDS, with_dark_accent
from shop.staff.files.cells import typed_number
from shop.staff.settings_repository import LOW_STOCK, SECOND_PERSON_FROM
from shop.staff.stock_repository import MAX_THRESHOLD
from shop.text import cleaned

COLOURS = ("accent_light", "accent_dark")
CHOICES = {"sign_up": ("open", "invitation", "off"), "open_to": ("all", "members")}
NUMBERS = {
    "second_person_from": (SECOND_PERSON_FROM, 1, MAX_INT),
    "low_stock": (LOW_STOCK, 0, MAX_THRESHOLD),
}
"""How staff work: the name of each setting, and its least and largest number."""


class SettingsForm(msgspec.Struct):
    """The form as submitted. A missing field leaves its setting unchanged."""

    second_person_from: str | None = None
    low_stock: str | None = None
    name_ko: str | None = None
    name_en: str | None = None
    points_ko: str | None = None
    point_en: str | None = None
    points_en: str | None = None
    symbol: str | None = None
    accent_light: str | None = None
    accent_dark: str | None = None
    time_zone: str | None = None
    welcome_points: str | None = None
    sign_up: str | None = None
    open_to: str | None = None
    seen: str = ""
    form_key: str = ""

    def sent(self) -> dict[str, str]:
        return {
            name: text for name, text in msgspec.structs.asdict(self).items() if text is not None
        }


def numbers_of(form: SettingsForm, before: Mapping[str, int | None]) -> dict[str, int | None]:
    """The settings of staff by name. Raises InvalidInput."""
    sent, after = form.sent(), dict(before)
    for field, (name, least, most) in NUMBERS.items():
        if field in sent:
            after[name] = _number(field, sent[field], least, most)
    return after


def site_of(form: SettingsForm, before: Site) -> Site:
    """The site with the form's values, not validated further. Raises InvalidInput for invalid
    numbers and unknown choices."""
    sent = form.sent()
    changes: dict[str, Any] = {name: cleaned(sent[name]) for name in WORDS if name in sent}
    changes |= {name: sent[name].strip().lower() for name in COLOURS if name in sent}
    changes |= {name: _choice(name, sent[name]) for name in CHOICES if name in sent}
    if "open_to" in changes:
        changes["members_only"] = changes.pop("open_to") == "members"
    if "time_zone" in sent:
        changes["time_zone"] = sent["time_zone"].strip()
    if "welcome_points" in sent:
        changes["welcome_points"] = _number(
            "welcome_points", sent["welcome_points"], 0, MAX_WELCOME_POINTS
        )
    return with_dark_accent(msgspec.structs.replace(before, **changes))


def _number(field: str, written: str, least: int, most: int) -> int | None:
    """None for an empty text. Raises InvalidInput."""
    number = typed_number(written)
    if written.strip() and (number is None or not least <= number <= most):
        message = N_("Please enter a number from %(min)s to %(max)s, or nothing.")
        raise InvalidInput(FieldError(field, message, {"min": least, "max": most}))
    return number


def _choice(field: str, value: str) -> str:
    if value not in CHOICES[field]:
        raise InvalidInput(FieldError(field, N_("Please choose one of these.")))
    return value
