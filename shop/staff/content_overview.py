"""The list of pages and announcements, and what their forms share."""

from datetime import datetime
from typing import Any

import msgspec
from litestar.response import Template

from shop.content.repository import AnnouncementRow, PageRow
from shop.content.service import ContentService
from shop.errors import N_, InvalidInput
from shop.staff.once import Sentence
from shop.staff.page import staff_page
from shop.staff.rights import current
from shop.staff_log.repository import StaffLogRepository
from shop.web.problems import problem_context
from shop.web.request import AnyRequest

PATH = "/staff/content"
DELETED_BEFORE = Sentence(N_("It was deleted already."), good=False)


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


async def record(
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


async def overview(
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
