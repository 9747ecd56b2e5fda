"""Announcements above every page: written and ended by staff."""

from datetime import datetime
from typing import Any

import msgspec
from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response

from shop.content.repository import AnnouncementRow
from shop.content.service import ContentService
from shop.errors import N_, FieldError, InvalidInput
from shop.site_settings.service import SiteService
from shop.staff.content_overview import (
    DELETED_BEFORE,
    PATH,
    AnnouncementForm,
    KeyForm,
    overview,
    record,
)
from shop.staff.once import Result, Sentence, once
from shop.staff.page import local_moment
from shop.staff.rights import requires
from shop.text import cleaned
from shop.web.request import ShopRequest


class AnnouncementController(Controller):
    path = f"{PATH}/announcements"
    include_in_schema = False
    guards = [requires("settings")]

    @post(status_code=200)
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
            await record(request, "announcement.add", f"announcement:{id_}", None, announcement)
            return Result(PATH, [Sentence(N_("The announcement is saved."))])

        try:
            sent = msgspec.structs.asdict(data)
            answer = await once(request, "settings", "announcements", sent, work)
        except InvalidInput as error:
            return await overview(request, content, data, error)
        await site_settings.refresh()
        return answer

    @post("/{announcement_id:int}/delete", status_code=200)
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
                return Result(PATH, [DELETED_BEFORE])
            await content.repository.delete_announcement(announcement_id)
            subject = f"announcement:{announcement_id}"
            await record(request, "announcement.delete", subject, before, None)
            return Result(PATH, [Sentence(N_("The announcement is deleted."))])

        sent = msgspec.structs.asdict(data)
        answer = await once(
            request, "settings", f"announcement/{announcement_id}/delete", sent, work
        )
        await site_settings.refresh()
        return answer


def _announcement(data: AnnouncementForm) -> AnnouncementRow:
    """Raises InvalidInput for invalid times."""
    times: list[datetime] = []
    wrong: list[FieldError] = []
    for name in ("starts_at", "ends_at"):
        try:
            times.append(local_moment(name, getattr(data, name)))
        except InvalidInput as error:
            wrong += error.errors
    if wrong:
        raise InvalidInput(*wrong)
    texts = (cleaned(data.text_ko), cleaned(data.text_en), data.link.strip())
    return AnnouncementRow(*texts, starts_at=times[0], ends_at=times[1])
