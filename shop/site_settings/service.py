"""The owner's settings: checked, stored, and shown by every process within a second."""

import zoneinfo
from collections.abc import Iterator
from functools import cache

import msgspec

from shop import site
from shop.content.repository import ContentRepository
from shop.errors import N_, FieldError, InvalidInput
from shop.site import Site
from shop.site_settings.repository import SiteRepository
from shop.site_settings.tables import SiteSettings
from shop.text import has_unprintable, is_blank
from shop.web.colours import COLOUR, Theme, is_readable, nearest_readable

MAX_WELCOME_POINTS = 1_000_000_000
WORDS = ("name_ko", "name_en", "points_ko", "point_en", "points_en", "symbol")


class SiteService:
    def __init__(self, repository: SiteRepository, content: ContentRepository) -> None:
        self._repository, self._content = repository, content

    async def refresh(self) -> None:
        """Shows what is stored from now on, in this process."""
        stored = await self._repository.get()
        pages = await self._content.shown_pages()
        announcements = await self._content.shown_announcements()
        home = await self._content.home()
        categories = await self._repository.categories()
        shown = msgspec.structs.replace(
            stored, pages=pages, announcements=announcements, home=home, categories=categories
        )
        site.apply(shown)

    async def get(self) -> Site:
        return await self._repository.get()

    async def locked(self) -> Site:
        """As stored; it does not change until the transaction's end."""
        await self._repository.lock()
        return await self._repository.get()

    async def save(self, chosen: Site) -> None:
        """Raises InvalidInput with every field that is wrong, and what would be right."""
        if wrong := [*_wrong_words(chosen), *_wrong_colours(chosen), *_wrong_rest(chosen)]:
            raise InvalidInput(*wrong)
        await self._repository.save(chosen)

    async def set_logo(self, name: str) -> None:
        """Empty: the mark that the shop comes with. The picture must be claimed before."""
        await self._repository.set_logo(name)


def with_dark_accent(chosen: Site) -> Site:
    """With a colour for the dark theme where only the light one is given."""
    colour = chosen.accent_light
    if chosen.accent_dark or not COLOUR.fullmatch(colour):
        return chosen
    readable = colour if is_readable(colour, "dark") else nearest_readable(colour, "dark")
    return msgspec.structs.replace(chosen, accent_dark=readable)


def _wrong_words(chosen: Site) -> Iterator[FieldError]:
    for field in WORDS:
        text = getattr(chosen, field)
        most = SiteSettings._meta.get_column_by_name(field)._meta.params["length"]
        if len(text) > most:
            yield FieldError(field, N_("Please enter at most %(max)s characters."), {"max": most})
        elif is_blank(text):
            yield FieldError(field, N_("Please enter a text that can be seen."))
        elif has_unprintable(text):
            yield FieldError(field, N_("Please leave out characters that cannot be seen."))


def _wrong_colours(chosen: Site) -> Iterator[FieldError]:
    themes: tuple[tuple[str, Theme], ...] = (("accent_light", "light"), ("accent_dark", "dark"))
    for field, theme in themes:
        colour = getattr(chosen, field)
        if colour and not COLOUR.fullmatch(colour):
            yield FieldError(field, N_("Please enter a colour as #2f3f8f, or nothing."))
        elif colour and not is_readable(colour, theme):
            nearest = nearest_readable(colour, theme)
            message = N_(
                "Text in this colour would be hard to read. The nearest that works is %(c)s."
            )
            yield FieldError(field, message, {"c": nearest})


def _wrong_rest(chosen: Site) -> Iterator[FieldError]:
    if chosen.time_zone not in time_zones():
        yield FieldError("time_zone", N_("This time zone is unknown. Example: Asia/Seoul."))
    welcome = chosen.welcome_points
    if welcome is not None and not 0 <= welcome <= MAX_WELCOME_POINTS:
        message = N_("Please enter a number of points from 0 to %(max)s, or nothing.")
        yield FieldError("welcome_points", message, {"max": MAX_WELCOME_POINTS})
    if chosen.accent_dark and not chosen.accent_light:
        yield FieldError("accent_light", N_("Please enter the colour for the light theme, too."))


@cache
def time_zones() -> list[str]:
    """Names as people know them: an area and a place."""
    return sorted(name for name in zoneinfo.available_timezones() if "/" in name or name == "UTC")
