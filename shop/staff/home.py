"""The rows of the home page, which staff arrange."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Response, Template

from shop.content.service import KINDS, MAX_ROWS, ContentService
from shop.errors import N_, InvalidInput
from shop.site import HomeRow
from shop.site_settings.service import SiteService
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.rights import current, requires
from shop.staff_log.repository import StaffLogRepository
from shop.text import cleaned
from shop.web.forms import urlencoded_form
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, ShopRequest

PATH = "/staff/home"


class HomePageController(Controller):
    path = PATH
    include_in_schema = False
    guards = [requires("settings")]

    @get()
    async def form(
        self, request: ShopRequest, content: NamedDependency[ContentService]
    ) -> Template:
        return await _page(request, [*await content.repository.home()])

    @post(status_code=200)
    async def arrange(
        self,
        request: ShopRequest,
        content: NamedDependency[ContentService],
        site_settings: NamedDependency[SiteService],
    ) -> Response[Any]:
        form = await urlencoded_form(request)
        places = [_row(form, number) for number in range(1, MAX_ROWS + 1)]

        async def work() -> Result:
            before = await content.repository.home()
            rows = [row for row in places if row.kind]
            await content.arrange_home(rows)
            if before != tuple(rows):
                await StaffLogRepository().record(
                    current(request).user.id,
                    "home.change",
                    "home",
                    before={"rows": [msgspec.structs.asdict(row) for row in before]},
                    after={"rows": [msgspec.structs.asdict(row) for row in rows]},
                )
            return Result(PATH, [Sentence(N_("The home page is saved."))])

        values = {name: str(value) for name, value in form.items()}
        try:
            answer = await once(request, "settings", "home", values, work)
        except InvalidInput as error:
            return await _page(request, [row for row in places if row.kind], error)
        await site_settings.refresh()
        return answer


def _row(form: Any, number: int) -> HomeRow:
    """The row of this place as it was typed; without a kind where the place is empty."""
    kind, value, title_ko, title_en = (
        cleaned(str(form.get(f"{name}_{number}", "")))
        for name in ("kind", "value", "title_ko", "title_en")
    )
    if kind == "products":
        value = ", ".join(value.replace(",", " ").split())
    return HomeRow(kind, value.strip(), title_ko, title_en)


async def _page(
    request: AnyRequest, rows: list[HomeRow], error: InvalidInput | None = None
) -> Template:
    empty = [HomeRow("")] * (MAX_ROWS - len(rows))
    return await staff_page(
        request,
        "staff/home.html",
        "home",
        status=400 if error else 200,
        rows=[*rows, *empty],
        kinds=list(KINDS),
        **problem_context(request, error),
    )
