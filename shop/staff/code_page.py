"""The page of a product's codes, and the changes that its forms make."""

from collections.abc import Sequence

from litestar.response import Template

from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.numbers import row_id
from shop.orders.codes.stock import CodeStock, Movement
from shop.orders.codes.stock_repository import CodeStockRepository, NewCode
from shop.paging import decode_cursor, page_of
from shop.products.delivery import CODE
from shop.products.service import ProductService
from shop.staff.code_lines import COLUMNS
from shop.staff.files.read import Table, read_file, read_text
from shop.staff.files.rows import Problem
from shop.staff.once import Result, Sentence
from shop.staff.page import ROWS, address, list_links, staff_page
from shop.staff_log.repository import StaffLogRepository
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest

CURSOR_SCOPE = "staff-codes"

SHOWN_PROBLEMS = 200

Form = dict[str, str]


class CodePage:
    """A product's codes. What moves stock must run in the transaction of the form."""

    def __init__(
        self, request: AnyRequest, product_id: int, products: ProductService, codes: CodeStock
    ) -> None:
        self._request, self._product_id = request, product_id
        self._products, self._stock = products, codes
        self._codes, self._log = CodeStockRepository(), StaffLogRepository()
        self._path = f"/staff/stock/{product_id}/codes"

    async def shown(
        self,
        form: Form,
        *,
        problems: Sequence[Problem] = (),
        error: InvalidInput | None = None,
        cursor: str | None = None,
    ) -> Template:
        """Raises NotFound if it is not a product with codes."""
        product = await self._products.known_one(self._product_id)
        if product.delivery != CODE:
            raise NotFound
        after = decode_cursor(cursor, CURSOR_SCOPE)
        rows = await self._codes.of_product(product.id, after[0] if after else None, ROWS + 1)
        found = page_of(rows, ROWS, CURSOR_SCOPE, lambda row: [row.id])
        return await staff_page(
            self._request,
            "staff/codes.html",
            "stock",
            status=400 if problems or error else 200,
            product=product,
            counts=await self._codes.counts(product.id),
            codes=found.items,
            min_days=self._stock.min_days,
            form={name: form.get(name, "") for name in ("text", "valid_until", "reason")},
            problems=problems[:SHOWN_PROBLEMS],
            problem_count=len(problems),
            refusal=refusal_for(self._request, error) if error else None,
            **list_links(address(self._request, ()), found.next_cursor, cursor),
        )

    async def add(self, new: Sequence[NewCode], movement: Movement) -> Result:
        stock = await self._stock.add(self._product_id, new, movement)
        await self._record("codes.import", movement, len(new), stock)
        done = N_("Codes imported: %(n)s. Now in stock: %(stock)s.")
        return Result(self._path, [Sentence(done, {"n": len(new), "stock": stock})])

    async def void(self, ids: Sequence[int | None], movement: Movement) -> Result:
        given = [id_ for id_ in ids if id_ is not None]
        voided = await self._stock.void(self._product_id, given, movement)
        sentences = [Sentence(N_("Codes voided: %(n)s."), {"n": voided}, good=voided > 0)]
        if voided:
            await self._record("codes.void", movement, -voided, None)
        if sold := len(given) - voided:
            left = N_("Not voided, because they are sold or were voided before: %(n)s.")
            sentences.append(Sentence(left, {"n": sold}, good=False))
        if unknown := len(ids) - len(given):
            message = N_("Not codes of this product: %(n)s.")
            sentences.append(Sentence(message, {"n": unknown}, good=False))
        return Result(self._path, sentences)

    async def ids(self, form: Form, data: bytes) -> list[int | None]:
        """The ids of the codes that a form names; None for unknown ones. Raises InvalidInput."""
        if number := form.get("code_id", ""):
            return [row_id(number)]
        table = await table_of(form, data)
        texts = list(dict.fromkeys(line.cells.get("code", "") for line in table.lines))
        return await self._stock.ids_of(self._product_id, texts)

    async def _record(self, action: str, movement: Movement, n: int, stock: int | None) -> None:
        assert movement.actor_id is not None
        after = {"codes": n} if stock is None else {"codes": n, "stock": stock}
        subject = f"product:{self._product_id}"
        await self._log.record(
            movement.actor_id, action, subject, reason=movement.reason, after=after
        )


async def table_of(form: Form, data: bytes) -> Table:
    """Raises InvalidInput, also if there is no line in it."""
    table, text = Table([], []), form.get("text", "").strip()
    if data:
        table = await read_file(data, COLUMNS)
    elif text:
        table = await read_text(text, COLUMNS)
    if table.lines or table.problems:
        return table
    raise InvalidInput(FieldError("text", N_("Please paste codes, or choose a file.")))
