"""The staff's points: every movement, outstanding points, and a month's sheet."""

import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Annotated, Any

from litestar import Controller, get
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream, Template

from shop.errors import N_
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
from shop.staff.points_repository import KINDS, EntryFilter, EntryRow, StaffPointRepository
from shop.staff.rights import requires
from shop.web.i18n import language_of, translate
from shop.web.pagination import Cursor
from shop.web.request import AnyRequest, ShopRequest

CURSOR_SCOPE = "staff-points"
FILTERS = ("q", "kind", "from", "until", "month")
FILE_ROWS = 1_000
MONTH = re.compile(r"20[0-9]{2}-(0[1-9]|1[0-2])")
TITLES = (N_("Time"), N_("Username"), N_("Kind"), N_("Points"), N_("Balance"), N_("Reason"),
          N_("Staff"))  # fmt: skip


class StaffPointsController(Controller):
    path = "/staff"
    include_in_schema = False
    guards = [requires("points")]

    @get(["/points", "/points.csv", "/points.xlsx"])
    async def entries(
        self,
        request: ShopRequest,
        q: FromQuery[str] = "",
        kind: FromQuery[str] = "",
        since: Annotated[str, QueryParameter(name="from")] = "",
        until: FromQuery[str] = "",
        month: FromQuery[str] = "",
        cursor: Cursor = None,
    ) -> Template | Stream:
        chosen = EntryFilter(
            q.strip()[:100],
            kind if kind in KINDS else "",
            beginning_of(day(since)),
            end_of(day(until)),
        )
        if file_format := format_of(request):
            return _file(request, chosen, file_format)
        repository, before = StaffPointRepository(), decode_cursor(cursor, CURSOR_SCOPE, 2)
        rows = await repository.entries(chosen, before, ROWS + 1)
        found = page_of(rows, ROWS, CURSOR_SCOPE, lambda row: [row.created_us, row.id])
        at, first = address(request, FILTERS), _month(month)
        outstanding, sheet = await repository.sums(first, _next(first), today())
        return await staff_page(
            request,
            "staff/points.html",
            "entries",
            entries=found.items,
            kinds=KINDS,
            outstanding=outstanding,
            sheet=sheet,
            month=f"{first:%Y-%m}",
            chosen={"q": q, "kind": kind, "from": since, "until": until},
            periods=periods(at),
            csv_url=at._replace(path="/staff/points.csv").changed(),
            xlsx_url=at._replace(path="/staff/points.xlsx").changed(),
            **list_links(at, found.next_cursor, cursor),
        )


def _month(text: str) -> date:
    """The first day of a month, as YYYY-MM; of this month for anything else."""
    return date.fromisoformat(f"{text}-01") if MONTH.fullmatch(text) else today().replace(day=1)


def _next(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _file(request: AnyRequest, chosen: EntryFilter, file_format: Format) -> Stream:
    titles = [translate(language_of(request), title) for title in TITLES]
    return download("points", file_format, titles, _rows(chosen))


async def _rows(chosen: EntryFilter) -> AsyncIterator[list[list[Any]]]:
    repository, before = StaffPointRepository(), None
    while rows := await repository.entries(chosen, before, FILE_ROWS):
        before = [rows[-1].created_us, rows[-1].id]
        yield [_cells(row) for row in rows]


def _cells(row: EntryRow) -> list[Any]:
    return [
        *(row.created_at, row.username, row.kind, row.amount, row.balance_after),
        *(row.reason, row.actor),
    ]
