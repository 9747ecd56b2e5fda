"""The staff's orders: search, details, picking lists, and files."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Stream, Template

from shop.errors import N_
from shop.order_number import order_number
from shop.orders.service import OrderService
from shop.paging import Page, decode_cursor, page_of
from shop.points.service import PointService
from shop.products.delivery import PARCEL
from shop.staff.files.write import Format, download
from shop.staff.order_forms import MAX_AT_ONCE, order_ids
from shop.staff.order_page import order_page
from shop.staff.order_search import OrderFilter
from shop.staff.orders_repository import OrderRow, StaffOrderRepository
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
)
from shop.staff.rights import requires
from shop.web.i18n import language_of, translate
from shop.web.pagination import Cursor
from shop.web.request import AnyRequest, ShopRequest

CURSOR_SCOPE = "staff-orders"
FILTERS = ("q", "status", "from", "until", "delivery")
STATUSES = ("paid", "preparing", "shipped", "fulfilled", "cancelled")
FILE_ROWS = 1_000
TITLES = (
    N_("Order"), N_("Date"), N_("Customer"), N_("Status"), N_("Product"), N_("Product number"),
    N_("Quantity"), N_("Price"), N_("Total"), N_("Delivery"),
    N_("Items cancelled"), N_("Items returned"),
)  # fmt: skip


class StaffOrderController(Controller):
    path = "/staff"
    include_in_schema = False
    guards = [requires("orders")]

    @get(["/orders", "/orders.csv", "/orders.xlsx"])
    async def list_orders(
        self,
        request: ShopRequest,
        q: FromQuery[str] = "",
        status: FromQuery[str] = "",
        since: Annotated[str, QueryParameter(name="from")] = "",
        until: FromQuery[str] = "",
        delivery: FromQuery[str] = "",
        tick: FromQuery[str] = "",
        cursor: Cursor = None,
    ) -> Template | Stream:
        chosen = OrderFilter(
            q.strip()[:100],
            status if status in STATUSES else "",
            delivery if delivery in {"sent", "pending"} else "",
            beginning_of(day(since)),
            end_of(day(until)),
        )
        if file_format := format_of(request):
            return _file(request, chosen, file_format)
        found = await _page(chosen, cursor)
        at = address(request, FILTERS)
        return await staff_page(
            request,
            "staff/orders.html",
            "orders",
            orders=found.items,
            statuses=STATUSES,
            chosen={"q": q, "status": status, "from": since, "until": until, "delivery": delivery},
            all_ticked=tick == "all",
            tick_url=at.changed(tick="all", cursor=cursor),
            periods=periods(at),
            csv_url=at._replace(path="/staff/orders.csv").changed(),
            xlsx_url=at._replace(path="/staff/orders.xlsx").changed(),
            **list_links(at, found.next_cursor, cursor),
        )

    @get("/orders/picking")
    async def picking(self, request: ShopRequest) -> Template:
        """What to fetch for the orders that were ticked, else for all that are paid."""
        ids = order_ids(request.query_params.getall("order_id", []), least=0)
        lines = await StaffOrderRepository().to_pick(ids, MAX_AT_ONCE)
        language = language_of(request)
        sums: Counter[tuple[int, str]] = Counter()
        for line in lines:
            sums[line.product_id, line.named(language)] += line.quantity
        return await staff_page(
            request,
            "staff/picking.html",
            "orders",
            lines=lines,
            sums=sorted(sums.items()),
            to_pack=sorted({line.order_id for line in lines if line.delivery == PARCEL}),
        )

    @get("/orders/{order_id:int}")
    async def one(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        orders: NamedDependency[OrderService],
        points: NamedDependency[PointService],
    ) -> Template:
        return await order_page(request, order_id, orders, points)


async def _page(chosen: OrderFilter, cursor: str | None) -> Page[OrderRow]:
    before = decode_cursor(cursor, CURSOR_SCOPE, 2)
    rows = await StaffOrderRepository().find(chosen, before, ROWS + 1)
    return page_of(rows, ROWS, CURSOR_SCOPE, lambda row: [row.created_us, row.id])


def _file(request: AnyRequest, chosen: OrderFilter, file_format: Format) -> Stream:
    language = language_of(request)
    titles = [translate(language, title) for title in TITLES]
    return download("orders", file_format, titles, _rows(chosen, language))


async def _rows(chosen: OrderFilter, language: str) -> AsyncIterator[list[list[Any]]]:
    """A row for each line of the orders, some orders at a time."""
    repository, before = StaffOrderRepository(), None
    while rows := await repository.find(chosen, before, FILE_ROWS):
        before = [rows[-1].created_us, rows[-1].id]
        lines = await repository.lines_of([row.id for row in rows])
        yield [_cells(row, line, language) for row in rows for line in lines[row.id]]


def _cells(row: OrderRow, line: Any, language: str) -> list[Any]:
    return [
        order_number(row.id),
        row.created_at,
        row.username,
        row.status,
        line["name_en"] if language == "en" and line["name_en"] else line["name"],
        line["product_id"],
        line["quantity"],
        line["unit_price"],
        line["quantity"] * line["unit_price"],
        "sent" if row.delivered else "pending",
        line["cancelled"],
        line["returned"],
    ]
