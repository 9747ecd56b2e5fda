"""Pages that staff wrote, and the form that closes an announcement."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from shop.content.markdown import html_of
from shop.content.service import ContentService
from shop.web.announcements import closing
from shop.web.cache.key import cached
from shop.web.i18n import language_of
from shop.web.links import links_of
from shop.web.members import OPEN_TO_ALL
from shop.web.pages import current_url, page, redirect
from shop.web.request import ShopRequest


class ContentController(Controller):
    include_in_schema = False
    opt = OPEN_TO_ALL

    @get("/pages/{slug:str}", opt=OPEN_TO_ALL | cached())
    async def show(
        self, request: ShopRequest, slug: FromPath[str], content: NamedDependency[ContentService]
    ) -> Template:
        found = await content.page(slug)
        language = language_of(request)
        return await page(
            request,
            "content/page.html",
            links=links_of(request),
            title=found.title(language),
            body=html_of(found.body(language)),
            written_in=found.language(language),
        )

    @post("/announcements/{announcement_id:int}/close", status_code=200)
    async def close(self, request: ShopRequest, announcement_id: FromPath[int]) -> Response[Any]:
        closed = closing(request, announcement_id)
        return redirect(request, current_url(request), cookies=[closed])
