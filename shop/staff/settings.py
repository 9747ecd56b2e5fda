"""The staff's settings, which superusers change."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.params import URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.paging import MAX_INT
from shop.staff.files.cells import whole_number
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.rights import check_again, current, requires
from shop.staff.settings_repository import SECOND_PERSON_FROM, SettingsRepository
from shop.staff_log.repository import StaffLogRepository
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

PATH = "/staff/settings"


class SettingsForm(msgspec.Struct):
    second_person_from: str = ""
    form_key: str = ""


class SettingsController(Controller):
    path = PATH
    include_in_schema = False
    guards = [requires("settings")]

    @get()
    async def form(self, request: ShopRequest) -> Template:
        return await _page(request)

    @post(status_code=200)
    async def change(
        self, request: ShopRequest, data: URLEncodedBody[SettingsForm]
    ) -> Response[Any]:
        async def work() -> Result:
            if not (await check_again(request, "settings")).superuser:
                raise NotFound
            await _save(current(request).user.id, data.second_person_from.strip())
            return Result(PATH, [Sentence(N_("The settings are saved."))])

        try:
            return await once(request, "settings", "settings", msgspec.structs.asdict(data), work)
        except InvalidInput as error:
            return await _page(request, error)


async def _save(actor_id: int, written: str) -> None:
    """Raises InvalidInput for what is neither empty nor a number of points."""
    number = whole_number(written)
    if written and (number is None or not 1 <= number <= MAX_INT):
        message = N_("Please enter a number of points, or nothing.")
        raise InvalidInput(FieldError("second_person_from", message))
    settings = SettingsRepository()
    before = await settings.get(SECOND_PERSON_FROM)
    await settings.set(SECOND_PERSON_FROM, number)
    await StaffLogRepository().record(
        actor_id,
        "settings.change",
        "settings",
        before={SECOND_PERSON_FROM: before},
        after={SECOND_PERSON_FROM: number},
    )


async def _page(request: AnyRequest, error: InvalidInput | None = None) -> Template:
    return await staff_page(
        request,
        "staff/settings.html",
        "settings",
        status=400 if error else 200,
        second_person_from=await SettingsRepository().get(SECOND_PERSON_FROM),
        refusal=refusal_for(request, error) if error else None,
    )
