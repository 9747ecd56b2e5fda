"""Pages that staff write."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Template

from shop.content.markdown import html_of
from shop.content.repository import PageRow
from shop.content.service import ContentService
from shop.errors import N_, InvalidInput, NotFound
from shop.site_settings.service import SiteService
from shop.staff.content_overview import (
    DELETED_BEFORE,
    PATH,
    AnnouncementForm,
    KeyForm,
    overview,
    record,
)
from shop.staff.files.cells import typed_number
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.rights import requires
from shop.staff.seen import DeletedMeanwhile, check_seen, seen_next
from shop.text import cleaned
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, ShopRequest


class PageForm(msgspec.Struct):
    """`preview`: shown and not saved."""

    slug: str = ""
    position: str = "0"
    title_ko: str = ""
    title_en: str = ""
    body_ko: str = ""
    body_en: str = ""
    preview: str = ""
    seen: str = ""
    form_key: str = ""


class StaffContentController(Controller):
    path = PATH
    include_in_schema = False
    guards = [requires("settings")]

    @get()
    async def list_content(
        self, request: ShopRequest, content: NamedDependency[ContentService]
    ) -> Template:
        return await overview(request, content, AnnouncementForm())

    @get("/pages/{page_id:int}")
    async def edit(
        self, request: ShopRequest, page_id: FromPath[int], content: NamedDependency[ContentService]
    ) -> Template:
        """A new page with the number 0."""
        return await _form(request, content, await _page(content, page_id))

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
            _position(data.position),
            cleaned(data.title_ko),
            cleaned(data.title_en),
            _lines(data.body_ko),
            _lines(data.body_en),
        )
        if data.preview:
            return await _form(request, content, written, data, preview=True)

        async def work() -> Result:
            before = await _locked(content, page_id)
            check_seen(data.seen, before)
            await content.save_page(written)
            await record(request, "page.save", f"page:{written.slug}", before, written)
            title = written.title("ko")
            return Result(PATH, [Sentence(N_("The page “%(title)s” is saved."), {"title": title})])

        try:
            sent = msgspec.structs.asdict(data)
            answer = await once(request, "settings", f"page/{page_id}", sent, work)
        except InvalidInput as error:
            return await _form(request, content, written, data, error)
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
            before = await content.repository.locked_page(page_id)
            if before is None:
                return Result(PATH, [DELETED_BEFORE])
            await content.repository.delete_page(page_id)
            await record(request, "page.delete", f"page:{before.slug}", before, None)
            title = before.title("ko")
            return Result(
                PATH, [Sentence(N_("The page “%(title)s” is deleted."), {"title": title})]
            )

        sent = msgspec.structs.asdict(data)
        answer = await once(request, "settings", f"page/{page_id}/delete", sent, work)
        await site_settings.refresh()
        return answer


async def _page(content: ContentService, page_id: int) -> PageRow:
    """Raises NotFound."""
    found = await content.repository.page(id_=page_id) if page_id else PageRow()
    if found is None:
        raise NotFound(str(page_id))
    return found


async def _locked(content: ContentService, page_id: int) -> PageRow:
    """Raises DeletedMeanwhile."""
    found = await content.repository.locked_page(page_id) if page_id else PageRow()
    if found is None:
        raise DeletedMeanwhile
    return found


def _position(text: str) -> int:
    """-1 for a text that is no number."""
    number = typed_number(text or "0")
    return -1 if number is None else number


def _lines(text: str) -> str:
    """Browsers send CRLF."""
    return text.replace("\r\n", "\n").strip()


async def _form(
    request: AnyRequest,
    content: ContentService,
    page: PageRow,
    sent: PageForm | None = None,
    error: InvalidInput | None = None,
    *,
    preview: bool = False,
) -> Template:
    stored = await content.repository.page(id_=page.id) if sent else page
    if isinstance(error, DeletedMeanwhile):
        page, stored = msgspec.structs.replace(page, id=0), PageRow()
    return await staff_page(
        request,
        "staff/content_page.html",
        "content",
        status=400 if error else 200,
        page=page,
        position=sent.position if sent else page.position,
        seen=sent.seen if preview and sent else seen_next(error, sent.seen if sent else "", stored),
        preview={"ko": html_of(page.body_ko), "en": html_of(page.body_en)} if preview else None,
        **problem_context(request, error),
    )
