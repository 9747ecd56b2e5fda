"""Pages and announcements: checked, stored, shown."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, count

from shop.content.repository import AnnouncementRow, ContentRepository, PageRow
from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.site import HomeRow
from shop.text import is_blank

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LINK = re.compile(r"/(?![/\\])[^\s\\]*")
MAX_SLUG, MAX_TITLE, MAX_BODY, MAX_TEXT, MAX_LINK = 40, 80, 50_000, 200, 200
MAX_ROWS = 8
MAX_POSITION = 10_000
LENGTHS = {"title_ko": MAX_TITLE, "title_en": MAX_TITLE, "alt_ko": MAX_TEXT, "alt_en": MAX_TEXT}
"""Of the texts of a row of the home page."""
IDS = r"[1-9][0-9]{0,17}"
NOTHING = re.compile("")
KINDS = {
    "hero": re.compile(rf"({LINK.pattern})?"),
    "new": NOTHING,
    "best": NOTHING,
    "liked": NOTHING,
    "under": re.compile(r"[1-9][0-9]{0,8}"),
    "affordable": NOTHING,
    "category": SLUG,
    "products": re.compile(rf"{IDS}(, {IDS}){{0,7}}"),
}
"""The kinds of rows of the home page, and what their values are like."""
HINTS = {
    "hero": N_("Please enter an address of this shop, as in /pages/returns."),
    "under": N_("Please enter a number of points, as in 10000."),
    "category": N_("Please enter the short name of a category, as in its address."),
    "products": N_("Please enter the numbers of 1 to 8 products, as in 12, 7, 30."),
}
TOO_LONG = N_("Please enter at most %(max)s characters.")


class ContentService:
    def __init__(self, repository: ContentRepository) -> None:
        self.repository = repository

    async def page(self, slug: str) -> PageRow:
        """Raises NotFound."""
        found = await self.repository.page(slug=slug) if SLUG.fullmatch(slug) else None
        if found is None:
            raise NotFound(slug)
        return found

    async def save_page(self, page: PageRow) -> int:
        """Its id. Raises InvalidInput with every field that is wrong."""
        if wrong := [*_wrong_in_page(page)]:
            raise InvalidInput(*wrong)
        return await self.repository.save_page(page)

    async def announce(self, announcement: AnnouncementRow) -> int:
        """Its id. Raises InvalidInput with every field that is wrong."""
        if wrong := [*_wrong_in_announcement(announcement)]:
            raise InvalidInput(*wrong)
        return await self.repository.add_announcement(announcement)

    async def arrange_home(self, rows: Sequence[HomeRow]) -> None:
        """Rows must be locked. Raises InvalidInput with every row that is wrong, by its number
        from 1."""
        if wrong := [*chain(*map(_wrong_in_row, count(1), rows))]:
            raise InvalidInput(*wrong)
        await self.repository.replace_home(rows)


def _wrong_in_row(number: int, row: HomeRow) -> Iterator[FieldError]:
    field = f"value_{number}"
    if row.kind not in KINDS:
        yield FieldError(f"kind_{number}", N_("Please choose one of these."))
    elif not KINDS[row.kind].fullmatch(row.value) or len(row.value) > MAX_LINK:
        yield FieldError(field, HINTS.get(row.kind, N_("This kind of row needs no value.")))
    if row.kind == "hero" and is_blank(row.title_ko + row.title_en):
        message = N_("Please write a sentence in at least one language.")
        yield FieldError(f"title_ko_{number}", message)
    if row.picture and row.kind != "hero":
        message = N_("Only a sentence in large type can have a picture.")
        yield FieldError(f"file_{number}", message)
    long = (name for name, most in LENGTHS.items() if len(getattr(row, name)) > most)
    yield from (FieldError(f"{name}_{number}", TOO_LONG, {"max": LENGTHS[name]}) for name in long)


def _wrong_in_page(page: PageRow) -> Iterator[FieldError]:
    if not SLUG.fullmatch(page.slug) or len(page.slug) > MAX_SLUG:
        message = N_("Please use 1 to 40 lowercase letters, digits and hyphens, as in terms.")
        yield FieldError("slug", message)
    if not 0 <= page.position <= MAX_POSITION:
        limits = {"min": 0, "max": MAX_POSITION}
        yield FieldError("position", N_("Enter a number from %(min)s to %(max)s."), limits)
    yield from _wrong_in_language("ko", page.title_ko, page.body_ko)
    yield from _wrong_in_language("en", page.title_en, page.body_en)
    if is_blank(page.title_ko + page.title_en):
        yield FieldError("title_ko", N_("Please write the page in at least one language."))


def _wrong_in_language(language: str, title: str, body: str) -> Iterator[FieldError]:
    if is_blank(title) != is_blank(body):
        field = "title" if is_blank(title) else "body"
        message = N_("Please write both, a title and a text, or neither.")
        yield FieldError(f"{field}_{language}", message)
    if len(title) > MAX_TITLE:
        yield FieldError(f"title_{language}", TOO_LONG, {"max": MAX_TITLE})
    if len(body) > MAX_BODY:
        yield FieldError(f"body_{language}", TOO_LONG, {"max": MAX_BODY})


def _wrong_in_announcement(announcement: AnnouncementRow) -> Iterator[FieldError]:
    if is_blank(announcement.text_ko + announcement.text_en):
        yield FieldError("text_ko", N_("Please write a sentence in at least one language."))
    for field in ("text_ko", "text_en"):
        if len(getattr(announcement, field)) > MAX_TEXT:
            yield FieldError(field, TOO_LONG, {"max": MAX_TEXT})
    link = announcement.link
    if link and (not LINK.fullmatch(link) or len(link) > MAX_LINK):
        yield FieldError("link", N_("Please enter an address of this shop, as in /pages/returns."))
    if announcement.ends_at <= announcement.starts_at:
        yield FieldError("ends_at", N_("It must end after it begins."))
