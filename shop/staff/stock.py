"""The staff's stock: received, counted, and what was moved taken back."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.paging import decode_cursor, page_of
from shop.products.service import ProductService
from shop.staff.once import Result, Sentence, once
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.rights import current, requires
from shop.staff.stock_repository import SHOWN, StockRepository, StockRow
from shop.staff.today_repository import LOW
from shop.staff_log.repository import StaffLogRepository
from shop.web.i18n import language_of
from shop.web.pagination import Cursor
from shop.web.request import AnyRequest, ShopRequest

CURSOR_SCOPE = "staff-stock"
FILTERS = ("q", "show")
MOVEMENTS = 100
MAX_AMOUNT = 1_000_000
Reason = Annotated[str, msgspec.Meta(pattern=r"\S", max_length=200)]
Amount = Annotated[int, msgspec.Meta(ge=1, le=MAX_AMOUNT)]


class Receipt(msgspec.Struct):
    amount: Amount
    reason: Reason
    form_key: str = ""


class Count(msgspec.Struct):
    """`counted` items, where the form showed `stock`."""

    counted: Annotated[int, msgspec.Meta(ge=0, le=MAX_AMOUNT)]
    stock: int
    reason: Reason
    form_key: str = ""


class Undo(msgspec.Struct):
    entry: int
    form_key: str = ""


class StaffStockController(Controller):
    path = "/staff/stock"
    include_in_schema = False
    guards = [requires("stock")]

    @get()
    async def found(
        self,
        request: ShopRequest,
        q: FromQuery[str] = "",
        show: FromQuery[str] = "",
        cursor: Cursor = None,
    ) -> Template:
        after = decode_cursor(cursor, CURSOR_SCOPE)
        chosen = show if show in SHOWN else ""
        rows = await StockRepository().found(
            q.strip()[:100], chosen, after[0] if after else None, ROWS + 1
        )
        found = page_of(rows, ROWS, CURSOR_SCOPE, lambda row: [row.id])
        return await staff_page(
            request,
            "staff/stock.html",
            "stock",
            products=found.items,
            chosen={"q": q, "show": show},
            low=LOW,
            **list_links(address(request, FILTERS), found.next_cursor, cursor),
        )

    @get("/{product_id:int}")
    async def one(self, request: ShopRequest, product_id: FromPath[int]) -> Template:
        return await staff_page(
            request,
            "staff/stock_of.html",
            "stock",
            product=await _product(product_id),
            movements=await StockRepository().movements(product_id, MOVEMENTS),
            counted=None,
        )

    @get("/{product_id:int}/count")
    async def confirm(
        self, request: ShopRequest, product_id: FromPath[int], counted: FromQuery[int]
    ) -> Template:
        """The difference, before it is written."""
        if not 0 <= counted <= MAX_AMOUNT:
            raise InvalidInput(FieldError("counted", N_("This value is not valid.")))
        return await staff_page(
            request,
            "staff/stock_of.html",
            "stock",
            product=await _product(product_id),
            movements=[],
            counted=counted,
        )

    @post("/{product_id:int}/receive", status_code=200)
    async def receive(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        data: URLEncodedBody[Receipt],
    ) -> Response[Any]:
        moves = StockMoves(request, products, product_id, data.form_key)

        async def work() -> Result:
            return await moves.move(data.amount, "stock.receive", data.reason.strip())

        values = {"product_id": product_id, **msgspec.structs.asdict(data)}
        return await once(request, "stock", "receive", values, work)

    @post("/{product_id:int}/count", status_code=200)
    async def count(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        data: URLEncodedBody[Count],
    ) -> Response[Any]:
        moves = StockMoves(request, products, product_id, data.form_key)

        async def work() -> Result:
            return await moves.count(data)

        values = {"product_id": product_id, **msgspec.structs.asdict(data)}
        return await once(request, "stock", "count", values, work)

    @post("/{product_id:int}/undo", status_code=200)
    async def undo(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
        data: URLEncodedBody[Undo],
    ) -> Response[Any]:
        moves = StockMoves(request, products, product_id, data.form_key)

        async def work() -> Result:
            return await moves.undo(data.entry)

        values = {"product_id": product_id, **msgspec.structs.asdict(data)}
        return await once(request, "stock", "undo", values, work)


class StockMoves:
    """Moves a product's stock with an entry and a line in the log, in the form's transaction."""

    def __init__(
        self, request: AnyRequest, products: ProductService, product_id: int, form_key: str
    ) -> None:
        self._products, self._product_id = products, product_id
        self._actor_id, self._language = current(request).user.id, language_of(request)
        self._reference = f"staff:{form_key}"

    async def move(
        self, amount: int, action: str, reason: str, reference: str | None = None
    ) -> Result:
        """Raises InvalidInput if there are too few items."""
        row = await _product(self._product_id)
        stock = await self._products.move_stock(
            self._product_id,
            amount,
            "receive" if action == "stock.receive" else "adjust",
            reason,
            self._actor_id,
            reference or self._reference,
        )
        await StaffLogRepository().record(
            self._actor_id,
            action,
            f"product:{self._product_id}",
            reason=reason,
            before={"stock": stock - amount},
            after={"stock": stock},
        )
        values = {"name": row.named(self._language), "amount": f"{amount:+,}", "stock": stock}
        done = Sentence(N_("%(name)s: %(amount)s. Now in stock: %(stock)s."), values)
        return Result(f"/staff/stock/{self._product_id}", [done])

    async def count(self, data: Count) -> Result:
        """Raises InvalidInput if the stock is no longer what the form showed."""
        locked = await self._products.lock_stock([self._product_id])
        now = locked[self._product_id].stock if self._product_id in locked else -1
        if now != data.stock:
            message = N_("The stock has changed to %(now)s meanwhile. Please count again.")
            raise InvalidInput(FieldError("counted", message, {"now": now}))
        if data.counted == now:
            same = Sentence(N_("The stock was right: %(stock)s."), {"stock": now})
            return Result(f"/staff/stock/{self._product_id}", [same])
        return await self.move(data.counted - now, "stock.count", data.reason.strip())

    async def undo(self, entry_id: int) -> Result:
        """Takes a movement back by a counter-entry, once: its reference is the entry."""
        entry = await StockRepository().entry(entry_id)
        if entry is None or entry["product"] != self._product_id:
            raise NotFound
        reference = f"undo:{entry_id}"
        await self._products.lock_stock([self._product_id])  # two forms for one entry: one waits
        if await StockRepository().is_known(reference):
            raise InvalidInput(FieldError("entry", N_("This was already undone.")))
        return await self.move(-entry["amount"], "stock.undo", f"undo {entry_id}", reference)


async def _product(product_id: int) -> StockRow:
    """Raises NotFound."""
    row = await StockRepository().one(product_id)
    if row is None:
        raise NotFound
    return row
