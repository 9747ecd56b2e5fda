"""Pages and announcements that staff write."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Template

from shop.content.markdown import html_of
from shop.content.repository import AnnouncementRow, PageRow
from shop.content.service import ContentService
from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.site_settings.service import SiteService
from shop.staff.files.cells import whole_number
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.rights import current, requires
from shop.staff_log.repository import StaffLogRepository
from shop.text import cleaned
from shop.web.i18n import time_zone
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, ShopRequest

PATH = "/staff/content"
MAX_POSITION = 10_000


class PageForm(msgspec.Struct):
    """`preview`: shown and not saved."""

    slug: str = ""
    position: str = "0"
    title_ko: str = ""
    title_en: str = ""
    body_ko: str = ""
    body_en: str = ""
    preview: str = ""
    form_key: str = ""


class AnnouncementForm(msgspec.Struct):
    """Times as `datetime-local` fields send them, in the shop's time zone."""

    text_ko: str = ""
    text_en: str = ""
    link: str = ""
    starts_at: str = ""
    ends_at: str = ""
    form_key: str = ""


class KeyForm(msgspec.Struct):
    form_key: str = ""


class StaffContentController(Controller):
    path = PATH
    include_in_schema = False
    guards = [requires("settings")]

    @get()
    async def overview(
        self, request: ShopRequest, content: NamedDependency[ContentService]
    ) -> Template:
        return await _overview(request, content, AnnouncementForm())

    @get("/pages/{page_id:int}")
    async def edit(
        self, request: ShopRequest, page_id: FromPath[int], content: NamedDependency[ContentService]
    ) -> Template:
        """A new page with the number 0."""
        return await _form(request, await _page(content, page_id))

    @post("/pages/{page_id:int}", status_code=200)
    async def save(
        self,
        request: ShopRequest,
        page_id: FromPath[int],
        content: NamedDependency[ContentService],
        site_settings: NamedDependency[SiteService],
        data: URLEncodedBody[PageForm],
    ) -> Response[Any]:
        written = PageRow(
            page_id,
            data.slug.strip().lower(),
            min(max(whole_number(data.position) or 0, 0), MAX_POSITION),
            cleaned(data.title_ko),
            cleaned(data.title_en),
            _lines(data.body_ko),
            _lines(data.body_en),
        )
        if data.preview:
            return await _form(request, written, preview=True)

        async def work() -> Result:
            before = await _page(content, page_id)
            await content.save_page(written)
            await _record(request, "page.save", f"page:{written.slug}", before, written)
            title = written.title("ko")
            return Result(PATH, [Sentence(N_("The page “%(title)s” is saved."), {"title": title})])

        try:
            sent = msgspec.structs.asdict(data)
            answer = await once(request, "settings", f"page/{page_id}", sent, work)
        except InvalidInput as error:
            return await _form(request, written, error)
        await site_settings.refresh()
        return answer

    @post("/pages/{page_id:int}/delete", status_code=200)
    async def delete(
        self,
        request: ShopRequest,
        page_id: FromPath[int],
        content: NamedDependency[ContentService],
        site_settings: NamedDependency[SiteService],
        data: URLEncodedBody[KeyForm],
    ) -> Response[Any]:
        async def work() -> Result:
            before = await _page(content, page_id)
            await content.repository.delete_page(page_id)
            await _record(request, "page.delete", f"page:{before.slug}", before, None)
            title = before.title("ko")
            return Result(
                PATH, [Sentence(N_("The page “%(title)s” is deleted."), {"title": title})]
            )

        sent = msgspec.structs.asdict(data)
        answer = await once(request, "settings", f"page/{page_id}/delete", sent, work)
        await site_settings.refresh()
        return answer

    @post("/announcements", status_code=200)
    async def announce(
        self,
        request: ShopRequest,
        content: NamedDependency[ContentService],
        site_settings: NamedDependency[SiteService],
        data: URLEncodedBody[AnnouncementForm],
    ) -> Response[Any]:
        async def work() -> Result:
            announcement = _announcement(data)
            id_ = await content.announce(announcement)
            await _record(request, "announcement.add", f"announcement:{id_}", None, announcement)
            return Result(PATH, [Sentence(N_("The announcement is saved."))])

        try:
            sent = msgspec.structs.asdict(data)
            answer = await once(request, "settings", "announcements", sent, work)
        except InvalidInput as error:
            return await _overview(request, content, data, error)
        await site_settings.refresh()
        return answer

    @post("/announcements/{announcement_id:int}/delete", status_code=200)
    async def end(
        self,
        request: ShopRequest,
        announcement_id: FromPath[int],
        content: NamedDependency[ContentService],
        site_settings: NamedDependency[SiteService],
        data: URLEncodedBody[KeyForm],
    ) -> Response[Any]:
        async def work() -> Result:
            before = await content.repository.announcement(announcement_id)
            if before is None:
                raise NotFound(str(announcement_id))
            await content.repository.delete_announcement(announcement_id)
            subject = f"announcement:{announcement_id}"
            await _record(request, "announcement.delete", subject, before, None)
            return Result(PATH, [Sentence(N_("The announcement is deleted."))])

        sent = msgspec.structs.asdict(data)
        answer = await once(
            request, "settings", f"announcement/{announcement_id}/delete", sent, work
        )
        await site_settings.refresh()
        return answer


async def _page(content: ContentService, page_id: int) -> PageRow:
    """Raises NotFound."""
    found = await content.repository.page(id_=page_id) if page_id else PageRow()
    if found is None:
        raise NotFound(str(page_id))
    return found


def _lines(text: str) -> str:
    """Browsers send CRLF."""
    return text.replace("\r\n", "\n").strip()


def _announcement(data: AnnouncementForm) -> AnnouncementRow:
    """Raises InvalidInput for an invalid time."""
    return AnnouncementRow(
        cleaned(data.text_ko),
        cleaned(data.text_en),
        data.link.strip(),
        _moment("starts_at", data.starts_at),
        _moment("ends_at", data.ends_at),
    )


def _moment(field: str, written: str) -> datetime:
    try:
        return datetime.fromisoformat(written).replace(tzinfo=time_zone())
    except ValueError:
        message = N_("Please enter a date and a time.")
        raise InvalidInput(FieldError(field, message)) from None


async def _record(
    request: AnyRequest,
    action: str,
    subject: str,
    before: PageRow | AnnouncementRow | None,
    after: PageRow | AnnouncementRow | None,
) -> None:
    await StaffLogRepository().record(
        current(request).user.id, action, subject, before=_values(before), after=_values(after)
    )


def _values(row: PageRow | AnnouncementRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    return {name: str(value) for name, value in msgspec.structs.asdict(row).items()}


async def _form(
    request: AnyRequest,
    page: PageRow,
    error: InvalidInput | None = None,
    *,
    preview: bool = False,
) -> Template:
    return await staff_page(
        request,
        "staff/content_page.html",
        "content",
        status=400 if error else 200,
        page=page,
        preview={"ko": html_of(page.body_ko), "en": html_of(page.body_en)} if preview else None,
        **problem_context(request, error),
    )


async def _overview(
    request: AnyRequest,
    content: ContentService,
    typed: AnnouncementForm,
    error: InvalidInput | None = None,
) -> Template:
    return await staff_page(
        request,
        "staff/content.html",
        "content",
        status=400 if error else 200,
        pages=await content.repository.pages(),
        announced=await content.repository.announcements(),
        now=datetime.now().astimezone(),
        typed=typed,
        **problem_context(request, error),
    )
