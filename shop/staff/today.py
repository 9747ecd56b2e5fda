"""The first page of the staff, and the log of what they did."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

from litestar import Controller, get
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream, Template

from shop.errors import N_
from shop.order_number import order_named
from shop.orders.order import subject_of
from shop.paging import decode_cursor, page_of
from shop.staff.files.write import Format, download
from shop.staff.page import (
    ROWS,
    address,
    beginning_of,
    day,
    end_of,
    format_of,
    list_links,
    periods,
    staff_page,
    today,
)
from shop.staff.rights import requires
from shop.staff.stock_repository import StockRepository
from shop.staff.today_repository import MOST_COUNTED, TodayRepository
from shop.staff_log.entry import Entry, Filter
from shop.staff_log.repository import StaffLogRepository
from shop.web.i18n import language_of, translate
from shop.web.pagination import Cursor
from shop.web.request import AnyRequest, ShopRequest

CURSOR_SCOPE = "staff-log"
FILTERS = ("actor", "action", "subject", "from", "until")
LATEST = 10
FILE_ROWS = 1_000
TITLES = (N_("Time"), N_("Staff"), N_("Action"), N_("Subject"), N_("Before"), N_("After"),
          N_("Reason"))  # fmt: skip


class StaffTodayController(Controller):
    path = "/staff"
    include_in_schema = False
    guards = [requires()]

    @get()
    async def show(self, request: ShopRequest) -> Template:
        now, repository = today(), TodayRepository()
        week = now - timedelta(days=6)
        return await staff_page(
            request,
            "staff/today.html",
            "today",
            figures=await repository.figures(week, now, await StockRepository().low()),
            most=MOST_COUNTED,
            audit=await repository.audit(),
            actions=await StaffLogRepository().latest(LATEST, Filter()),
            day=str(now),
            week=str(week),
        )

    @get(["/log", "/log.csv", "/log.xlsx"])
    async def log(
        self,
        request: ShopRequest,
        actor: FromQuery[str] = "",
        action: FromQuery[str] = "",
        subject: FromQuery[str] = "",
        since: Annotated[str, QueryParameter(name="from")] = "",
        until: FromQuery[str] = "",
        cursor: Cursor = None,
    ) -> Template | Stream:
        chosen = Filter(
            actor.strip(),
            action,
            _subject(subject.strip()),
            beginning_of(day(since)),
            end_of(day(until)),
        )
        if file_format := format_of(request):
            return _file(request, chosen, file_format)
        before = decode_cursor(cursor, CURSOR_SCOPE, 2)
        rows = await StaffLogRepository().latest(ROWS + 1, chosen, before)
        found = page_of(rows, ROWS, CURSOR_SCOPE, lambda row: [row.at_us, row.id])
        at = address(request, FILTERS)
        filters = {"actor": actor, "action": action, "subject": subject}
        return await staff_page(
            request,
            "staff/log.html",
            "log",
            actions=found.items,
            chosen={**filters, "from": since, "until": until},
            periods=periods(at),
            csv_url=at._replace(path="/staff/log.csv").changed(),
            xlsx_url=at._replace(path="/staff/log.xlsx").changed(),
            **list_links(at, found.next_cursor, cursor),
        )


def _subject(typed: str) -> str:
    """As it is in the log: an order may be typed with its number."""
    kind, _, name = typed.partition(":")
    order_id = order_named(name) if kind == "order" else None
    return subject_of(order_id) if order_id else typed


def _file(request: AnyRequest, chosen: Filter, file_format: Format) -> Stream:
    titles = [translate(language_of(request), title) for title in TITLES]
    return download("staff-log", file_format, titles, _rows(chosen))


async def _rows(chosen: Filter) -> AsyncIterator[list[list[Any]]]:
    repository, before = StaffLogRepository(), None
    while rows := await repository.latest(FILE_ROWS, chosen, before):
        before = [rows[-1].at_us, rows[-1].id]
        yield [_cells(row) for row in rows]


def _cells(row: Entry) -> list[Any]:
    return [row.at, row.actor, row.action, row.subject, row.before, row.after, row.reason]
