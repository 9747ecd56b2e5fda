"""The rows of the home page, which staff arrange."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Response, Template

from shop.admin.gate.body import LARGEST_PICTURE
from shop.content.service import KINDS, MAX_ROWS, ContentService
from shop.errors import N_, InvalidInput
from shop.site import HomeRow
from shop.site_settings.service import SiteService
from shop.staff.home_form import HomeForm, values_of
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.products.pictures import ProductPictures
from shop.staff.rights import current, requires
from shop.staff.seen import check_seen, seen_next
from shop.staff_log.repository import StaffLogRepository
from shop.web.csrf import TAKES_FILES
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, ShopRequest

PATH = "/staff/home"
FIELDS_BYTES = 100_000


class HomePageController(Controller):
    path = PATH
    include_in_schema = False
    guards = [requires("settings")]

    @get()
    async def form(
        self, request: ShopRequest, content: NamedDependency[ContentService]
    ) -> Template:
        return await _page(request, content, await content.repository.home())

    @post(
        status_code=200,
        request_max_body_size=MAX_ROWS * LARGEST_PICTURE + FIELDS_BYTES,
        opt={TAKES_FILES: True},
    )
    async def arrange(
        self,
        request: ShopRequest,
        content: NamedDependency[ContentService],
        pictures: NamedDependency[ProductPictures],
        site_settings: NamedDependency[SiteService],
    ) -> Response[Any]:
        sent = await request.form()
        seen = str(sent.get("seen", ""))
        rows, wrong = await HomeForm.of(sent).stored(pictures)
        if wrong:
            return await _page(request, content, rows, seen, InvalidInput(*wrong))

        async def work() -> Result:
            await _arrange(request, content, pictures, rows, seen)
            return Result(PATH, [Sentence(N_("The home page is saved."))])

        values = values_of(rows, str(sent.get("form_key", "")))
        try:
            answer = await once(request, "settings", "home", values, work)
        except InvalidInput as error:
            return await _page(request, content, rows, seen, error)
        await site_settings.refresh()
        return answer


async def _arrange(
    request: AnyRequest,
    content: ContentService,
    pictures: ProductPictures,
    rows: Sequence[HomeRow],
    seen: str,
) -> None:
    before = await content.repository.locked_home()
    check_seen(seen, before)
    await content.arrange_home(rows)
    used = {f"file_{number}": row.picture for number, row in enumerate(rows, 1) if row.picture}
    await pictures.exchange([row.picture for row in before], used)
    if before != tuple(rows):
        await StaffLogRepository().record(
            current(request).user.id,
            "home.change",
            "home",
            before={"rows": [msgspec.structs.asdict(row) for row in before]},
            after={"rows": [msgspec.structs.asdict(row) for row in rows]},
        )


async def _page(
    request: AnyRequest,
    content: ContentService,
    rows: Sequence[HomeRow],
    seen: str = "",
    error: InvalidInput | None = None,
) -> Template:
    empty = [HomeRow("")] * (MAX_ROWS - len(rows))
    return await staff_page(
        request,
        "staff/home.html",
        "home",
        status=400 if error else 200,
        rows=[*rows, *empty],
        kinds=list(KINDS),
        seen=seen_next(error, seen, await content.repository.home()),
        **problem_context(request, error),
    )
