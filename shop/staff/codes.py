"""The staff's codes: importing, listing (without the codes themselves), voiding."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Any

from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput
from shop.orders.codes.stock import CodeStock, KnownCodes, Movement
from shop.orders.codes.stock_repository import CodeStockRepository, NewCode
from shop.products.service import ProductService
from shop.staff.code_lines import KNOWN, CheckedCode, check_codes, day_in
from shop.staff.code_page import CodePage, Form, table_of
from shop.staff.files.read import MAX_BYTES
from shop.staff.files.rows import Problem
from shop.staff.once import Result, once
from shop.staff.rights import current, requires
from shop.web.csrf import TAKES_FILES
from shop.web.pagination import Cursor
from shop.web.request import AnyRequest, ShopRequest

MAX_REASON = 200
TAKES_LISTS: dict[str, Any] = {
    "status_code": 200,
    "request_max_body_size": MAX_BYTES + 1_000_000,
    "opt": {TAKES_FILES: True},
}


class StaffCodeController(Controller):
    path = "/staff/stock/{product_id:int}/codes"
    include_in_schema = False
    guards = [requires("stock")]

    @get()
    async def show(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        codes: NamedDependency[CodeStock],
        cursor: Cursor = None,
    ) -> Template:
        return await CodePage(request, product_id, products, codes).shown({}, cursor=cursor)

    @post("/import", **TAKES_LISTS)
    async def import_(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        codes: NamedDependency[CodeStock],
    ) -> Response[Any]:
        """Imports all codes of the list, or none if a line has a fault."""
        page, (form, data) = CodePage(request, product_id, products, codes), await _sent(request)
        try:
            table, last_day = await table_of(form, data), _last_day(form)
            reason = _reason(form)
        except InvalidInput as error:
            return await page.shown(form, error=error)
        first_day = await CodeStockRepository().first_day(codes.min_days)
        checked = await asyncio.to_thread(check_codes, table.lines, last_day, first_day)
        if problems := [*table.problems, *checked.problems]:
            return await page.shown(form, problems=problems)
        new = await asyncio.to_thread(_sealed, codes, checked.codes)

        async def work() -> Result:
            return await page.add(new, _movement(request, form, reason))

        values = {**form, "product_id": product_id, "file": data.hex()}
        try:
            return await once(request, "stock", "import-codes", values, work)
        except KnownCodes as known:
            lines = [checked.codes[place].line for place in known.places]
            return await page.shown(form, problems=[Problem(line, KNOWN) for line in lines])

    @post("/void", **TAKES_LISTS)
    async def void(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        codes: NamedDependency[CodeStock],
    ) -> Response[Any]:
        """Voids the codes of a list, or the one code of a row. Sold codes are not changed."""
        page, (form, data) = CodePage(request, product_id, products, codes), await _sent(request)
        try:
            reason = _reason(form)
            ids = await page.ids(form, data)
        except InvalidInput as error:
            return await page.shown(form, error=error)

        async def work() -> Result:
            return await page.void(ids, _movement(request, form, reason))

        values = {**form, "product_id": product_id, "file": data.hex()}
        return await once(request, "stock", "void-codes", values, work)


async def _sent(request: AnyRequest) -> tuple[Form, bytes]:
    """The fields of the form, and its file; empty without one."""
    fields = await request.form()
    form = {name: value for name, value in fields.items() if isinstance(value, str)}
    form.pop("_csrf_token", None)
    upload = fields.get("file")
    return form, await upload.read() if isinstance(upload, UploadFile) else b""


def _last_day(form: Form) -> date | None:
    try:
        return day_in(form.get("valid_until", ""))
    except ValueError:
        message = N_("This value is not valid.")
        raise InvalidInput(FieldError("valid_until", message)) from None


def _reason(form: Form) -> str:
    reason = form.get("reason", "").strip()
    if not 1 <= len(reason) <= MAX_REASON:
        raise InvalidInput(FieldError("reason", N_("Please enter a reason.")))
    return reason


def _movement(request: AnyRequest, form: Form, reason: str) -> Movement:
    return Movement(current(request).user.id, reason, f"staff:{form.get('form_key', '')}")


def _sealed(codes: CodeStock, checked: Sequence[CheckedCode]) -> list[NewCode]:
    return [codes.sealed(one.code, one.valid_until) for one in checked]
