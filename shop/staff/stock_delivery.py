"""A delivery of many products: as a list or a file, shown with what would be there, and received as
a whole."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput
from shop.numbers import submitted_number
from shop.paging import MAX_INT
from shop.products.repository import ProductInfo
from shop.products.service import ProductService
from shop.staff.delivery_repository import DeliveryRepository
from shop.staff.files.cells import typed_number
from shop.staff.files.read import MAX_BYTES, Column, Line, Table, read_file, read_text
from shop.staff.files.rows import Problem
from shop.staff.once import Result, once
from shop.staff.page import staff_page
from shop.staff.rights import requires
from shop.staff.stock import stock_moves
from shop.staff.stock_forms import MAX_AMOUNT, Reason
from shop.staff.stock_moves import Delivered
from shop.staff.stock_repository import StockRepository
from shop.web.csrf import TAKES_FILES
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

MAX_LINES = 1_000
SHOWN_PROBLEMS = 200
COLUMNS = (
    Column("product", ("상품", "product", "번호", "number", "상품 번호", "이름", "name")),
    Column("amount", ("수량", "quantity", "amount", "items")),
)

NO_PRODUCT = N_("There is no product “%(text)s”, or more than one.")
NO_AMOUNT = N_("Please enter a whole number from 1 to %(max)s as quantity.")
DOUBLED = N_("“%(text)s” is already in line %(first)s.")
TOO_MANY = N_("A delivery can have at most %(max)s lines.")


class DeliveryForm(msgspec.Struct):
    """`lines` has a product number and a quantity for each line."""

    lines: Annotated[str, msgspec.Meta(pattern=r"^(\d{1,18}:\d{1,7}( |$))+$", max_length=30_000)]
    reason: Reason
    form_key: str = ""


class Checked(NamedTuple):
    delivered: list[Delivered]
    problems: list[Problem]


class StockDeliveryController(Controller):
    path = "/staff/stock/delivery"
    include_in_schema = False
    guards = [requires("stock")]

    @get()
    async def form(self, request: ShopRequest) -> Template:
        return await _page(request)

    @post(status_code=200, request_max_body_size=MAX_BYTES + 1_000_000, opt={TAKES_FILES: True})
    async def check(
        self, request: ShopRequest, products: NamedDependency[ProductService]
    ) -> Template:
        """Shows the faults, or the stock after the delivery; moves nothing."""
        fields = await request.form()
        text, reason = str(fields.get("text", "")), str(fields.get("reason", "")).strip()
        upload = fields.get("file")
        data = await upload.read() if isinstance(upload, UploadFile) else b""
        try:
            table = await _table(text, data)
            checked = await _checked(table, products)
        except InvalidInput as error:
            refusal = refusal_for(request, error)
            return await _page(request, text, reason, status=400, refusal=refusal)
        if checked.problems:
            return await _page(request, text, reason, checked.problems, status=400)
        known = await products.known(item.product_id for item in checked.delivered)
        rows = [(known[item.product_id], item.amount) for item in checked.delivered]
        amounts = {item.product_id: item.amount for item in checked.delivered}
        same = await DeliveryRepository().same_before(amounts)
        return await _page(request, text, reason, rows=rows, same=same)

    @post("/receive", status_code=200)
    async def receive(
        self,
        request: ShopRequest,
        products: NamedDependency[ProductService],
        data: URLEncodedBody[DeliveryForm],
    ) -> Response[Any]:
        delivered = [_delivered(line) for line in data.lines.split()]
        if not _is_fit(delivered):
            raise InvalidInput(FieldError("lines", N_("This value is not valid.")))
        moves = stock_moves(request, products, data.form_key)

        async def work() -> Result:
            return Result("/staff/stock", [await moves.deliver(delivered, data.reason.strip())])

        values = msgspec.structs.asdict(data)
        return await once(request, "stock", "delivery", values, work)


def _delivered(line: str) -> Delivered:
    product_id, _, amount = line.partition(":")
    return Delivered(submitted_number(product_id, "lines"), submitted_number(amount, "lines"))


def _is_fit(delivered: Sequence[Delivered]) -> bool:
    """The form has only lines that the check accepts; other input was made by hand."""
    ids = {item.product_id for item in delivered}
    once_each = len(ids) == len(delivered) <= MAX_LINES
    return once_each and all(1 <= item.amount <= MAX_AMOUNT for item in delivered)


async def _table(text: str, data: bytes) -> Table:
    """Raises InvalidInput."""
    if not data and not text.strip():
        raise InvalidInput(FieldError("text", N_("Please enter a list, or choose a file.")))
    table = await (read_file(data, COLUMNS) if data else read_text(text, COLUMNS))
    if len(table.lines) > MAX_LINES:
        raise InvalidInput(FieldError("file", TOO_MANY, {"max": MAX_LINES}))
    return table


async def _checked(table: Table, products: ProductService) -> Checked:
    texts = [line.cells["product"] for line in table.lines]
    numbers = {number for text in texts if (number := typed_number(text)) is not None}
    known = await products.known(numbers)
    named = await StockRepository().named([text for text in texts if text])
    checked = Checked([], list(table.problems))
    first_lines: dict[int, int] = {}
    for line in table.lines:
        product_id, amount = _product(line, known, named), typed_number(line.cells["amount"])
        shown = {"text": line.cells["product"][:60]}
        if product_id is None:
            checked.problems.append(Problem(line.number, NO_PRODUCT, shown))
        elif not 1 <= (amount or 0) <= MAX_AMOUNT:
            checked.problems.append(Problem(line.number, NO_AMOUNT, {"max": MAX_AMOUNT}))
        elif (first := first_lines.setdefault(product_id, line.number)) != line.number:
            checked.problems.append(Problem(line.number, DOUBLED, {**shown, "first": first}))
        else:
            checked.delivered.append(Delivered(product_id, amount or 0))
    return checked


def _product(line: Line, known: dict[int, ProductInfo], named: dict[str, list[int]]) -> int | None:
    """By its number, else by its name, if only one has it."""
    text = line.cells["product"]
    number = typed_number(text)
    if number is not None and 0 < number <= MAX_INT and number in known:
        return number
    ids = named.get(text, [])
    return ids[0] if len(ids) == 1 else None


async def _page(
    request: AnyRequest,
    text: str = "",
    reason: str = "",
    problems: Sequence[Problem] = (),
    rows: Sequence[tuple[ProductInfo, int]] = (),
    **more: Any,
) -> Template:
    return await staff_page(
        request,
        "staff/stock_delivery.html",
        "stock",
        text=text,
        reason=reason,
        problems=sorted(problems, key=lambda problem: problem.line)[:SHOWN_PROBLEMS],
        problem_count=len(problems),
        rows=rows,
        lines=" ".join(f"{product.id}:{amount}" for product, amount in rows),
        **{"status": 200, "refusal": None, "same": None, **more},
    )
