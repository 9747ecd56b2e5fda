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
from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.site_settings.service import SiteService
from shop.staff.content_overview import PATH, AnnouncementForm, KeyForm, overview, record
from shop.staff.once import Result, Sentence, once
from shop.staff.rights import requires
from shop.text import cleaned
from shop.web.i18n import time_zone
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
                raise NotFound(str(announcement_id))
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
