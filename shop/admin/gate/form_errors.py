"""What is wrong with the entries of a form, in words for staff instead of pydantic's."""

from typing import Any

from shop.admin.form_keys import FIELD
from shop.admin.i18n import current_language
from shop.errors import N_
from shop.web.i18n import translate
from shop.web.strict import UNFIT

OPEN_AGAIN = N_("Please open this form again: the form_key is missing.")
LIMITS = {"ge", "le", "max_length", "min_length"}
# By pydantic's names for what is wrong.
MESSAGES = {
    "missing": N_("This field is required."),
    "string_too_short": N_("Please enter at least %(min_length)s characters."),
    "string_too_long": N_("Please enter at most %(max_length)s characters."),
    "greater_than_equal": N_("Please enter a number of %(ge)s or more."),
    "less_than_equal": N_("Please enter a number of %(le)s or less."),
    "value_error": N_(
        "Please enter a number other than 0."
    ),  # the only check of our own among these fields
    "int_parsing": N_("Please enter a whole number."),
    "int_type": N_("Please enter a whole number."),
    "int_from_float": N_("Please enter a whole number."),
}


def explain(refusal: dict[str, Any]) -> dict[str, Any]:
    """Where pydantic refused the entries of a form: each in words for staff."""
    if "detail" not in refusal:
        return refusal
    return {"detail": [{**wrong, "msg": _message(wrong)} for wrong in refusal["detail"]]}


def _message(wrong: dict[str, Any]) -> str:
    context = wrong.get("ctx", {})
    if wrong["loc"] == [FIELD]:
        return translate(current_language.get(), OPEN_AGAIN)
    limits = {name: context[name] for name in LIMITS & context.keys()}
    return translate(current_language.get(), MESSAGES.get(wrong["type"], UNFIT), limits)
