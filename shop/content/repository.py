"""The only place that writes `content_pages`, `announcements` and `home_page_rows`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from asyncpg import UniqueViolationError
from piccolo.columns import Column
from piccolo.columns.column_types import DEFAULT
from piccolo.querystring import Unquoted

from shop.content.tables import Announcement, ContentPage, HomePageRow
from shop.errors import N_, FieldError, InvalidInput
from shop.site import HomeRow, ShownAnnouncement, ShownPage


class PageRow(msgspec.Struct, frozen=True):
    """`id` is 0 before it is stored."""

    id: int = 0
    slug: str = ""
    position: int = 0
    title_ko: str = ""
    title_en: str = ""
    body_ko: str = ""
    body_en: str = ""

    def language(self, wanted: str) -> str:
        """The wanted language, or the only one that is written."""
        if wanted == "en":
            return "en" if self.title_en else "ko"
        return "ko" if self.title_ko else "en"

    def title(self, wanted: str) -> str:
        return self.title_en if self.language(wanted) == "en" else self.title_ko

    def body(self, wanted: str) -> str:
        return self.body_en if self.language(wanted) == "en" else self.body_ko


class AnnouncementRow(msgspec.Struct, frozen=True):
    text_ko: str
    text_en: str
    link: str
    starts_at: datetime
    ends_at: datetime
    id: int = 0


class ContentRepository:
    async def shown_pages(self) -> tuple[ShownPage, ...]:
        """For the footer, in its order."""
        rows = await ContentPage.select(
            ContentPage.slug, ContentPage.title_ko, ContentPage.title_en
        ).order_by(ContentPage.position, ContentPage.id)
        return tuple(ShownPage(**row) for row in rows)

    async def shown_announcements(self) -> tuple[ShownAnnouncement, ...]:
        """Those of this moment, by the database's clock; the newest first, three at most."""
        rows = await Announcement.raw(
            "SELECT id, text_ko, text_en, link FROM announcements "
            "WHERE ends_at > now() AND starts_at <= now() ORDER BY starts_at DESC, id DESC LIMIT 3"
        )
        return tuple(ShownAnnouncement(**row) for row in rows)

    async def home(self) -> tuple[HomeRow, ...]:
        rows = await HomePageRow.select().order_by(HomePageRow.position)
        names = HomeRow.__struct_fields__
        return tuple(HomeRow(**{name: row[name] for name in names}) for row in rows)

    async def locked_home(self) -> tuple[HomeRow, ...]:
        """As `home`; they do not change until the transaction's end."""
        await HomePageRow.raw("LOCK TABLE home_page_rows IN SHARE ROW EXCLUSIVE MODE")
        return await self.home()

    async def replace_home(self, rows: Sequence[HomeRow]) -> None:
        """These rows in this order, and no others. They must be locked."""
        await HomePageRow.delete(force=True)
        if rows:
            placed = enumerate(map(msgspec.structs.asdict, rows), 1)
            await HomePageRow.insert(*(HomePageRow(position=n, **row) for n, row in placed))

    async def pages(self) -> list[PageRow]:
        rows = await ContentPage.select().order_by(ContentPage.position, ContentPage.id)
        return [_page(row) for row in rows]

    async def page(self, *, slug: str = "", id_: int = 0) -> PageRow | None:
        condition = (ContentPage.slug == slug) if slug else (ContentPage.id == id_)
        row = await ContentPage.select().where(condition).first()
        return _page(row) if row else None

    async def locked_page(self, id_: int) -> PageRow | None:
        """It does not change until the transaction's end."""
        await ContentPage.select(ContentPage.id).where(ContentPage.id == id_).lock_rows("UPDATE")
        return await self.page(id_=id_)

    async def save_page(self, page: PageRow) -> int:
        """Its id. Raises InvalidInput if another page has this address."""
        values = {n: v for n, v in msgspec.structs.asdict(page).items() if n != "id"}
        try:
            if page.id:
                columns: dict[Column | str, Any] = dict(values.items())
                columns["updated_at"] = Unquoted("now()")
                await ContentPage.update(columns).where(ContentPage.id == page.id)
                return page.id
            [row] = await ContentPage.insert(ContentPage(**values, updated_at=DEFAULT)).returning(
                ContentPage.id
            )
            return int(row["id"])
        except UniqueViolationError as error:
            message = N_("Another page has this address.")
            raise InvalidInput(FieldError("slug", message)) from error

    async def delete_page(self, id_: int) -> None:
        await ContentPage.delete().where(ContentPage.id == id_)

    async def announcements(self) -> list[AnnouncementRow]:
        """The newest 100."""
        rows = await Announcement.select().order_by(Announcement.id, ascending=False).limit(100)
        return [AnnouncementRow(**row) for row in rows]

    async def announcement(self, id_: int) -> AnnouncementRow | None:
        row = await Announcement.select().where(Announcement.id == id_).first()
        return AnnouncementRow(**row) if row else None

    async def add_announcement(self, row: AnnouncementRow) -> int:
        values = {n: v for n, v in msgspec.structs.asdict(row).items() if n != "id"}
        [added] = await Announcement.insert(Announcement(**values)).returning(Announcement.id)
        return int(added["id"])

    async def delete_announcement(self, id_: int) -> None:
        await Announcement.delete().where(Announcement.id == id_)


def _page(row: Mapping[str, Any]) -> PageRow:
    return PageRow(**{name: row[name] for name in PageRow.__struct_fields__})
