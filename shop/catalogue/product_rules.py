"""The rules for a product's own columns, in forms and in files."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from shop.errors import N_, FieldError
from shop.products.delivery import Delivery
from shop.text import has_unprintable, is_blank

HIGHEST_PRICE = 1_000_000_000
"""Points."""
UNSEEN = N_("Please leave out characters that cannot be seen.")
LIMITS = {"person_limit": 9_999, "limit_days": 3_650}
TIMES = ("on_sale_from", "on_sale_until")
FIRST_YEAR, LAST_YEAR = 2000, 2100


def wrong_in_product(values: Mapping[str, Any]) -> Iterator[FieldError]:
    """The faults of the columns that are given."""
    yield from wrong_in_names(values)
    if "price" in values and not 1 <= (values["price"] or 0) <= HIGHEST_PRICE:
        limits = {"min": 1, "max": HIGHEST_PRICE}
        yield FieldError("price", N_("The price must be from %(min)s to %(max)s points."), limits)
    if "delivery" in values and values["delivery"] not in get_args(Delivery):
        yield FieldError("delivery", N_("Please choose parcel, desk or code."))
    yield from _wrong_limits(values)
    yield from _wrong_times(values)


def wrong_in_names(values: Mapping[str, Any]) -> Iterator[FieldError]:
    """Of a product or a category."""
    if "name" in values and is_blank(values["name"] or ""):
        yield FieldError("name", N_("Please enter a name."))
    for name in ("name", "name_en"):
        if has_unprintable(values.get(name) or ""):
            yield FieldError(name, UNSEEN)


def _wrong_limits(values: Mapping[str, Any]) -> Iterator[FieldError]:
    for name, highest in LIMITS.items():
        value = values.get(name)
        if value is not None and not 1 <= value <= highest:
            limits = {"min": 1, "max": highest}
            yield FieldError(name, N_("Enter a number from %(min)s to %(max)s."), limits)


def _wrong_times(values: Mapping[str, Any]) -> Iterator[FieldError]:
    """asyncpg takes the first and the last moment that Python knows for infinity."""
    for name in TIMES:
        moment = values.get(name)
        if moment is not None and moment.tzinfo is None:
            yield FieldError(name, N_("Please enter a date and a time."))
        elif moment is not None and not FIRST_YEAR <= moment.year <= LAST_YEAR:
            years = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
            yield FieldError(name, N_("Please enter a date from %(first)s to %(last)s."), years)


def wrong_together(product: Mapping[str, Any]) -> Iterator[FieldError]:
    """What does not fit together in a whole product."""
    if product.get("limit_days") is not None and product.get("person_limit") is None:
        yield FieldError("limit_days", N_("Please enter how many items one person may buy."))
    start, end = product.get("on_sale_from"), product.get("on_sale_until")
    if start and end and start.tzinfo and end.tzinfo and start >= end:
        yield FieldError("on_sale_until", N_("The sale must end after it begins."))
