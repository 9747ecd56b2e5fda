"""The owner's settings, which superusers change: the shop's face, who may come in, and how staff
work."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, InvalidInput, NotFound
from shop.site import Site
from shop.site_settings.service import SiteService, time_zones
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.rights import check_again, current, requires
from shop.staff.seen import check_seen, digest_of, seen_next
from shop.staff.settings_form import NUMBERS, SettingsForm, numbers_of, site_of
from shop.staff.settings_repository import SettingsRepository
from shop.staff.stock_repository import LOW
from shop.staff_log.repository import StaffLogRepository
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, ShopRequest

PATH = "/staff/settings"


class SettingsController(Controller):
    path = PATH
    include_in_schema = False
    guards = [requires("settings")]

    @get()
    async def form(
        self, request: ShopRequest, site_settings: NamedDependency[SiteService]
    ) -> Template:
        return await _page(request, await _stored(site_settings))

    @post(status_code=200)
    async def change(
        self,
        request: ShopRequest,
        site_settings: NamedDependency[SiteService],
        data: URLEncodedBody[SettingsForm],
    ) -> Response[Any]:
        async def work() -> Result:
            if not (await check_again(request, "settings")).superuser:
                raise NotFound
            await _save(current(request).user.id, site_settings, data)
            return Result(PATH, [Sentence(N_("The settings are saved."))])

        try:
            answer = await once(request, "settings", "settings", msgspec.structs.asdict(data), work)
        except InvalidInput as error:
            stored = await _stored(site_settings)
            seen = seen_next(error, data.seen, _of_form(stored))
            return await _page(request, {**stored, **data.sent(), "seen": seen}, error)
        await site_settings.refresh()
        return answer


async def _save(actor_id: int, site_settings: SiteService, data: SettingsForm) -> None:
    """Stores and records what differs. Raises InvalidInput."""
    settings, site_before = SettingsRepository(), await site_settings.locked()
    numbers_before = await _numbers()
    check_seen(data.seen, _of_form(_shown(site_before, numbers_before)))
    numbers, site = numbers_of(data, numbers_before), site_of(data, site_before)
    await site_settings.save(site)
    for name, number in numbers.items():
        await settings.set(name, number)
    before = {**numbers_before, **msgspec.structs.asdict(site_before)}
    after = {**numbers, **msgspec.structs.asdict(site)}
    if changed := [name for name in after if before[name] != after[name]]:
        await StaffLogRepository().record(
            actor_id,
            "settings.change",
            "settings",
            before={name: before[name] for name in changed},
            after={name: after[name] for name in changed},
        )


async def _numbers() -> dict[str, int | None]:
    return {name: await SettingsRepository().get(name) for name, _, _ in NUMBERS.values()}


async def _stored(site_settings: SiteService) -> dict[str, Any]:
    return _shown(await site_settings.get(), await _numbers())


def _shown(site: Site, numbers: dict[str, int | None]) -> dict[str, Any]:
    """Everything as the form shows it."""
    stored = {field: numbers[name] for field, (name, _, _) in NUMBERS.items()}
    shown = {**msgspec.structs.asdict(site), **stored}
    empty = {name: "" for name, value in shown.items() if value is None}
    return {**shown, **empty, "open_to": "members" if site.members_only else "all"}


def _of_form(shown: dict[str, Any]) -> dict[str, Any]:
    """Without the logo, which has a form of its own."""
    return {name: value for name, value in shown.items() if name != "logo"}


async def settings_page(
    request: AnyRequest, site_settings: SiteService, error: InvalidInput
) -> Template:
    """The page with the stored values, and the faults of the form."""
    return await _page(request, await _stored(site_settings), error)


async def _page(
    request: AnyRequest, values: dict[str, Any], error: InvalidInput | None = None
) -> Template:
    return await staff_page(
        request,
        "staff/settings.html",
        "settings",
        status=400 if error else 200,
        values={"seen": digest_of(_of_form(values)), **values},
        time_zones=time_zones(),
        usual_low_stock=LOW,
        **problem_context(request, error),
    )
