"""What all staff pages share: their frame, their lists and their filters."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any, get_args

from litestar.response import Template

from shop.catalogue.product_rules import FIRST_YEAR, LAST_YEAR
from shop.errors import N_, FieldError, InvalidInput
from shop.staff.files.write import Format
from shop.staff.once import new_form_key, sentences_of
from shop.staff.rights import current
from shop.web.i18n import format_time, language_of, time_zone
from shop.web.pages import page
from shop.web.pagination import Address
from shop.web.request import AnyRequest

ROWS = 50
EARLIEST, LATEST = date(FIRST_YEAR, 1, 1), date(LAST_YEAR, 12, 31)
FORMATS: tuple[Format, ...] = get_args(Format)


async def staff_page(request: AnyRequest, template: str, section: str, **context: Any) -> Template:
    """A page with the staff's navigation, in which `section` is marked, and the notices of the form
    that led here."""
    shown = {
        "staff": current(request),
        "section": section,
        "sentences": await sentences_of(request),
        "form_key": new_form_key(),
        **context,
    }
    return await page(request, template, **shown)


def address(request: AnyRequest, names: Sequence[str]) -> Address:
    """The page's path with those of its parameters that are filters."""
    query = ((name, value) for name, value in request.query_params.items() if name in names)
    return Address(str(request.scope["path"]), tuple(pair for pair in query if pair[1]))


def list_links(at: Address, next_cursor: str | None, cursor: str | None) -> dict[str, str | None]:
    """Where a list goes on, and where it begins, if not here."""
    return {
        "next_url": at.changed(cursor=next_cursor) if next_cursor else None,
        "first_url": at.changed(cursor=None) if cursor else None,
    }


def format_of(request: AnyRequest) -> Format | None:
    """The file that the path names by its ending; None for a page."""
    ending = str(request.scope["path"]).rpartition(".")[2]
    return ending if ending in FORMATS else None


def day(text: str) -> date | None:
    """A date of a filter, as YYYY-MM-DD; None for anything else. Nothing has happened outside of
    EARLIEST to LATEST, and PostgreSQL or a time zone may not know such dates."""
    try:
        return min(max(date.fromisoformat(text), EARLIEST), LATEST)
    except ValueError:
        return None


def local_moment(field: str, text: str) -> datetime:
    """A `datetime-local` field, in the shop's time zone: one with an offset of its own is refused.
    Raises InvalidInput."""
    typed: datetime | None = None
    with suppress(ValueError):
        typed = datetime.fromisoformat(text)
    if typed is None or typed.tzinfo:
        raise InvalidInput(FieldError(field, N_("Please enter a date and a time.")))
    moment = typed.replace(tzinfo=time_zone())
    if not EARLIEST <= moment.date() <= LATEST:
        years = {"first": str(FIRST_YEAR), "last": str(LAST_YEAR)}
        message = N_("Please enter a date from %(first)s to %(last)s.")
        raise InvalidInput(FieldError(field, message, years))
    return moment


def beginning_of(chosen: date | None) -> datetime | None:
    """Midnight in the shop's time zone."""
    return datetime.combine(chosen, time(), time_zone()) if chosen else None


def end_of(chosen: date | None) -> datetime | None:
    """Midnight after the day."""
    return beginning_of(chosen + timedelta(days=1)) if chosen else None


def today() -> date:
    return datetime.now(time_zone()).date()


def periods(at: Address) -> list[tuple[str, str, bool]]:
    """Shortcuts for `from` and `until`: today, yesterday, seven days, this month. Each with its
    address, and whether it is chosen."""
    now = today()
    days = {
        "today": (now, now),
        "yesterday": (now - timedelta(days=1), now - timedelta(days=1)),
        "week": (now - timedelta(days=6), now),
        "month": (now.replace(day=1), now),
    }
    chosen = dict(at.query)
    return [
        (
            name,
            at.changed(**{"from": str(first), "until": str(last)}),
            (chosen.get("from"), chosen.get("until")) == (str(first), str(last)),
        )
        for name, (first, last) in days.items()
    ]


def local_time(request: AnyRequest, moment: datetime) -> str:
    """As a page writes it, for sentences."""
    return format_time(language_of(request), moment)
