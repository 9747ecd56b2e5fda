"""The staff's reports: sales by day, week or month, by category, and the best-selling products."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Annotated, Any

from litestar import Controller, get
from litestar.params import FromQuery, QueryParameter
from litestar.response import Stream, Template

from shop.errors import N_
from shop.staff.files.write import download
from shop.staff.page import (
    address,
    day,
    format_of,
    periods,
    staff_page,
    today,
)
from shop.staff.reports_repository import PERIODS, PeriodRow, ReportRepository
from shop.staff.rights import requires
from shop.web.i18n import language_of, translate
from shop.web.request import ShopRequest

FILTERS = ("by", "from", "until")
DAYS = 30
MAX_DAYS = 3_660
TITLES = (N_("Date"), N_("Orders"), N_("Items"), N_("Points"), N_("Cancelled"))


class StaffReportController(Controller):
    path = "/staff"
    include_in_schema = False
    guards = [requires("orders")]

    @get(["/reports", "/reports.csv", "/reports.xlsx"])
    async def show(
        self,
        request: ShopRequest,
        by: FromQuery[str] = "day",
        since: Annotated[str, QueryParameter(name="from")] = "",
        until: FromQuery[str] = "",
    ) -> Template | Stream:
        """Of the last 30 days, if no others are chosen."""
        last = min(day(until) or today(), today())
        first = max(day(since) or last - timedelta(days=DAYS - 1), last - timedelta(days=MAX_DAYS))
        period, reports = by if by in PERIODS else "day", ReportRepository()
        rows = await reports.by_period(period, first, last)
        at = address(request, FILTERS)
        if file_format := format_of(request):
            titles = [translate(language_of(request), title) for title in TITLES]
            return download("report", file_format, titles, _cells(rows))
        sold = await reports.sold(first, last)
        return await staff_page(
            request,
            "staff/reports.html",
            "reports",
            rows=rows,
            most=max((row.points for row in rows), default=0),
            products=sold.products,
            categories=sold.categories,
            by=period,
            chosen={"from": str(first), "until": str(last)},
            periods=periods(at),
            csv_url=at._replace(path="/staff/reports.csv").changed(),
            xlsx_url=at._replace(path="/staff/reports.xlsx").changed(),
        )


async def _cells(rows: list[PeriodRow]) -> AsyncIterator[list[list[Any]]]:
    yield [[str(row.day), row.orders, row.goods, row.points, row.cancelled] for row in rows]
