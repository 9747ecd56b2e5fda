"""The staff's stock: receiving, counting, and undoing movements."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput
from shop.paging import decode_cursor, page_of
from shop.products.service import ProductService
from shop.staff.files.cells import typed_number
from shop.staff.once import Result, Sentence, Work, once
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.rights import current, requires
from shop.staff.stock_forms import MAX_AMOUNT, Count, Receipt, Threshold, Undo
from shop.staff.stock_moves import StockMoves
from shop.staff.stock_page import confirm_page, stock_page
from shop.staff.stock_repository import MAX_THRESHOLD, SHOWN, StockRepository
from shop.web.i18n import language_of
from shop.web.pagination import Cursor
from shop.web.request import AnyRequest, ShopRequest

CURSOR_SCOPE = "staff-stock"
FILTERS = ("q", "show")


class StaffStockController(Controller):
    path = "/staff/stock"
    include_in_schema = False
    guards = [requires("stock")]

    @get()
    async def list_products(
        self,
        request: ShopRequest,
        q: FromQuery[str] = "",
        show: FromQuery[str] = "",
        cursor: Cursor = None,
    ) -> Template:
        after = decode_cursor(cursor, CURSOR_SCOPE)
        chosen = show if show in SHOWN else ""
        rows = await StockRepository().find(
            q.strip()[:100], chosen, after[0] if after else None, ROWS + 1
        )
        found = page_of(rows, ROWS, CURSOR_SCOPE, lambda row: [row.id])
        return await staff_page(
            request,
            "staff/stock.html",
            "stock",
            products=found.items,
            chosen={"q": q, "show": show},
            **list_links(address(request, FILTERS), found.next_cursor, cursor),
        )

    @get("/{product_id:int}")
    async def one(
        self, request: ShopRequest, product_id: FromPath[int], cursor: Cursor = None
    ) -> Template:
        return await stock_page(request, product_id, cursor)

    @get("/{product_id:int}/receive")
    async def ask_to_receive(
        self, request: ShopRequest, product_id: FromPath[int], number: FromQuery[int]
    ) -> Template:
        """What would be there, before it is written."""
        if not 1 <= number <= MAX_AMOUNT:
            return await stock_page(request, product_id, error=_no_number("number", 1, MAX_AMOUNT))
        return await confirm_page(request, product_id, received=number)

    @get("/{product_id:int}/count")
    async def ask_to_count(
        self, request: ShopRequest, product_id: FromPath[int], number: FromQuery[int]
    ) -> Template:
        """The difference, before it is written."""
        if not 0 <= number <= MAX_AMOUNT:
            return await stock_page(request, product_id, error=_no_number("number", 0, MAX_AMOUNT))
        return await confirm_page(request, product_id, counted=number)

    @post("/{product_id:int}/receive", status_code=200)
    async def receive(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        data: URLEncodedBody[Receipt],
    ) -> Response[Any]:
        moves = stock_moves(request, products, data.form_key)

        async def work() -> Result:
            return _done(
                product_id, await moves.receive(product_id, data.amount, data.reason.strip())
            )

        return await _once(request, "receive", product_id, data, work)

    @post("/{product_id:int}/count", status_code=200)
    async def count(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        data: URLEncodedBody[Count],
    ) -> Response[Any]:
        moves = stock_moves(request, products, data.form_key)

        async def work() -> Result:
            counted = moves.count(product_id, data.counted, data.stock, data.reason.strip())
            return _done(product_id, await counted)

        return await _once(request, "count", product_id, data, work)

    @post("/{product_id:int}/undo", status_code=200)
    async def undo(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        data: URLEncodedBody[Undo],
    ) -> Response[Any]:
        moves = stock_moves(request, products, data.form_key)

        async def work() -> Result:
            return _done(product_id, await moves.undo(product_id, data.entry))

        return await _once(request, "undo", product_id, data, work)

    @post("/{product_id:int}/threshold", status_code=200)
    async def threshold(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        data: URLEncodedBody[Threshold],
    ) -> Response[Any] | Template:
        moves, written = stock_moves(request, products, data.form_key), data.threshold.strip()
        number = typed_number(written)
        if written and (number is None or not 0 <= number <= MAX_THRESHOLD):
            error = _no_number("threshold", 0, MAX_THRESHOLD)
            return await stock_page(request, product_id, threshold=written, error=error)

        async def work() -> Result:
            return _done(product_id, await moves.set_threshold(product_id, number))

        return await _once(request, "threshold", product_id, data, work)


def stock_moves(request: AnyRequest, products: ProductService, form_key: str) -> StockMoves:
    return StockMoves(products, current(request).user.id, language_of(request), form_key)


async def _once(
    request: AnyRequest, form: str, product_id: int, data: msgspec.Struct, work: Work
) -> Response[Any]:
    values = {"product_id": product_id, **msgspec.structs.asdict(data)}
    return await once(request, "stock", form, values, work)


def _no_number(field: str, least: int, most: int) -> InvalidInput:
    message = N_("Enter a number from %(min)s to %(max)s.")
    return InvalidInput(FieldError(field, message, {"min": least, "max": most}))


def _done(product_id: int, sentence: Sentence) -> Result:
    return Result(f"/staff/stock/{product_id}", [sentence])
