"""A product's stock: its page, and the page that asks before something is written."""

from typing import Any

from litestar.response import Template

from shop.errors import InvalidInput
from shop.paging import decode_cursor, encode_cursor
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff.stock_move_repository import Before, StockMoveRepository
from shop.staff.stock_repository import StockRepository, StockRow
from shop.web.problems import problem_context
from shop.web.request import AnyRequest

MOVES_SCOPE = "stock-moves"
KEYS = 4  # of a cursor of movements: those of `Before`


async def stock_page(
    request: AnyRequest,
    product_id: int,
    cursor: str | None = None,
    threshold: str | None = None,
    error: InvalidInput | None = None,
) -> Template:
    """The product's page; `threshold` as it was typed."""
    stock = StockRepository()
    product = await stock.one(product_id)
    before = Before(*(decode_cursor(cursor, MOVES_SCOPE, KEYS) or ()))
    moves, rest = await StockMoveRepository().movements(product_id, before, ROWS)
    more = encode_cursor(MOVES_SCOPE, [key or 0 for key in rest]) if rest else None
    at = address(request, ())._replace(path=f"/staff/stock/{product_id}")
    stored = "" if product.threshold is None else product.threshold
    return await _page(
        request,
        product,
        movements=moves,
        low=await stock.low(),
        threshold=stored if threshold is None else threshold,
        status=400 if error else 200,
        **problem_context(request, error),
        **list_links(at, more, cursor),
    )


async def confirm_page(
    request: AnyRequest, product_id: int, *, received: int | None = None, counted: int | None = None
) -> Template:
    """What the stock would be, and the button that writes it."""
    product = await StockRepository().one(product_id)
    return await _page(request, product, received=received, counted=counted)


async def _page(request: AnyRequest, product: StockRow, **more: Any) -> Template:
    context = {"movements": None, "counted": None, "received": None, **more}
    return await staff_page(request, "staff/stock_of.html", "stock", product=product, **context)
