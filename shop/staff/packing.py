"""The staff's parcels: packed by one person, shipped one by one or by a file."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Stream, Template

from shop.errors import N_, InvalidInput
from shop.orders.carriers import Parcel
from shop.orders.change_errors import StepImpossible
from shop.orders.service import OrderService
from shop.orders.steps import OrderSteps
from shop.paging import decode_cursor, page_of
from shop.points.service import PointService
from shop.staff.files.read import MAX_BYTES, read_file
from shop.staff.files.rows import Problem, WrongLines
from shop.staff.files.write import download
from shop.staff.once import Result, Sentence, once
from shop.staff.order_forms import ReasonForm, do, order_ids
from shop.staff.order_page import RefusedForm, order_page
from shop.staff.packing_actions import COLUMNS, PackingActions
from shop.staff.packing_file import TITLES, rows_of
from shop.staff.packing_repository import PackingRepository
from shop.staff.page import ROWS, address, format_of, list_links, staff_page
from shop.staff.recipients import see_recipients
from shop.staff.rights import current, requires
from shop.web.csrf import TAKES_FILES
from shop.web.forms import urlencoded_form
from shop.web.i18n import language_of, translate
from shop.web.pagination import Cursor
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

CURSOR_SCOPE = "staff-packing"
PAGE = "/staff/orders/packing"
SHOWN_PROBLEMS = 200


class ParcelForm(msgspec.Struct):
    carrier: str
    tracking_no: str
    form_key: str = ""
    shipment_id: int = 0


class PackingController(Controller):
    path = "/staff/orders"
    include_in_schema = False
    guards = [requires("orders")]

    @get(["/packing", "/packing.csv", "/packing.xlsx"])
    async def begun(
        self, request: ShopRequest, steps: NamedDependency[OrderSteps], cursor: Cursor = None
    ) -> Template | Stream:
        """The orders that are being packed. Who sees their recipients is written in the log."""
        if file_format := format_of(request):
            titles = [translate(language_of(request), title) for title in TITLES]
            return download("parcels", file_format, titles, rows_of(request))
        return await _page(request, steps, cursor)

    @post("/prepare", status_code=200)
    async def prepare(
        self, request: ShopRequest, steps: NamedDependency[OrderSteps]
    ) -> Response[Any]:
        form = await urlencoded_form(request)
        ids = order_ids(form.getall("order_id", []))

        async def work() -> Result:
            return Result(PAGE, await _actions(request, steps).prepare(ids))

        values = {"form_key": form.get("form_key", ""), "order_id": ids}
        return await once(request, "orders", "prepare", values, work)

    @post("/{order_id:int}/unprepare", status_code=200)
    async def unprepare(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        steps: NamedDependency[OrderSteps],
        data: URLEncodedBody[ReasonForm],
    ) -> Response[Any]:
        actions, reason = _actions(request, steps), data.reason.strip()
        return await do(
            request, "unprepare", order_id, data, lambda: actions.unprepare(order_id, reason)
        )

    @post("/{order_id:int}/ship", status_code=200)
    async def ship(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        steps: NamedDependency[OrderSteps],
        data: URLEncodedBody[ParcelForm],
    ) -> Response[Any]:
        actions, parcel = _actions(request, steps), Parcel(data.carrier, data.tracking_no)
        try:
            return await do(
                request, "ship", order_id, data, lambda: actions.ship(order_id, parcel), PAGE
            )
        except (InvalidInput, StepImpossible) as error:
            return await _page(request, steps, None, error=error, typed={order_id: parcel})

    @post("/{order_id:int}/correct", status_code=200)
    async def correct(
        self,
        request: ShopRequest,
        order_id: FromPath[int],
        steps: NamedDependency[OrderSteps],
        orders: NamedDependency[OrderService],
        points: NamedDependency[PointService],
        data: URLEncodedBody[ParcelForm],
    ) -> Response[Any] | Template:
        actions, parcel = _actions(request, steps), Parcel(data.carrier, data.tracking_no)
        try:
            return await do(
                request,
                "correct-shipment",
                order_id,
                data,
                lambda: actions.correct(order_id, data.shipment_id, parcel),
            )
        except InvalidInput as error:
            sent = {"carrier": [data.carrier], "tracking_no": [data.tracking_no]}
            refused = RefusedForm(f"correct-{data.shipment_id}", sent, error)
            return await order_page(request, order_id, orders, points, refused)

    @post(
        "/packing",
        status_code=200,
        request_max_body_size=MAX_BYTES + 1_000_000,
        opt={TAKES_FILES: True},
    )
    async def ship_file(
        self, request: ShopRequest, steps: NamedDependency[OrderSteps]
    ) -> Response[Any]:
        """A file of tracking numbers: all or nothing."""
        fields = await request.form()
        upload = fields.get("file")
        data = await upload.read() if isinstance(upload, UploadFile) else b""
        try:
            table = await read_file(data, COLUMNS)
        except InvalidInput as error:
            return await _page(request, steps, None, error=error)

        async def work() -> Result:
            if table.problems:
                raise WrongLines(table.problems)
            shipped = await _actions(request, steps).ship_file(table.lines)
            return Result(PAGE, [Sentence(N_("Parcels that have left: %(n)s."), {"n": shipped})])

        values = {
            "form_key": str(fields.get("form_key", "")),
            "file": hashlib.sha256(data).hexdigest(),
        }
        try:
            return await once(request, "orders", "ship-file", values, work)
        except WrongLines as wrong:
            return await _page(request, steps, None, problems=wrong.problems)


def _actions(request: AnyRequest, steps: OrderSteps) -> PackingActions:
    return PackingActions(steps, current(request).user.id)


async def _page(
    request: AnyRequest,
    steps: OrderSteps,
    cursor: str | None,
    *,
    error: InvalidInput | StepImpossible | None = None,
    problems: Sequence[Problem] = (),
    typed: dict[int, Parcel] | None = None,
) -> Template:
    after = decode_cursor(cursor, CURSOR_SCOPE, 2) or ()
    rows = await PackingRepository().begun(after, ROWS + 1)
    page = page_of(rows, ROWS, CURSOR_SCOPE, lambda row: [row.created_us, row.id])
    await see_recipients(request, [row.id for row in page.items])
    at = address(request, ())._replace(path=PAGE)
    return await staff_page(
        request,
        "staff/packing.html",
        "orders",
        status=400 if error or problems else 200,
        orders=page.items,
        carriers=steps.carriers.all,
        typed=typed or {},
        problems=problems[:SHOWN_PROBLEMS],
        problem_count=len(problems),
        refusal=refusal_for(request, error) if error else None,
        csv_url=f"{PAGE}.csv",
        xlsx_url=f"{PAGE}.xlsx",
        **list_links(at, page.next_cursor, cursor),
    )
