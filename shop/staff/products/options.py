"""Options of a product: staff add a row of sizes or colours in one form."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.datastructures import FormMultiDict
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Response, Template

from shop.catalogue.editor import NewOption, ProductEditor
from shop.catalogue.product_rules import HIGHEST_PRICE
from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.likes.repository import LikeRepository
from shop.products.option_repository import Label
from shop.products.repository import ProductRepository
from shop.products.service import ProductService
from shop.staff.once import Result, Sentence, once
from shop.staff.page import staff_page
from shop.staff.products.option_repository import Lead, OptionRepository
from shop.staff.rights import current, requires
from shop.staff_log.repository import StaffLogRepository
from shop.web.i18n import language_of
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest

ROWS = 8
MAX_STOCK = 1_000_000
FIELDS = ("label", "label_en", "price", "stock")
ADDED = N_("Options added: %(names)s.")
RENAMED = N_("Names of options changed: %(n)s.")
BAD_PRICE = N_("The price must be from %(min)s to %(max)s points.")
BAD_STOCK = N_("The stock must be from %(min)s to %(max)s.")
NO_OPTION = N_("Please enter at least one option.")


class Row(msgspec.Struct, frozen=True):
    """A row of the form as submitted."""

    label: str = ""
    label_en: str = ""
    price: str = ""
    stock: str = ""


class OptionForm(msgspec.Struct, frozen=True):
    own: Row
    rows: tuple[Row, ...]
    form_key: str = ""

    @classmethod
    def of(cls, form: FormMultiDict) -> "OptionForm":
        own = Row(_text(form.get("own_label")), _text(form.get("own_label_en")))
        columns = [[_text(value) for value in form.getall(name, [])] for name in FIELDS]
        rows = tuple(Row(*cells) for cells in zip(*columns, strict=False))
        return cls(own, rows[:ROWS], _text(form.get("form_key")))

    @property
    def filled(self) -> list[Row]:
        return [row for row in self.rows if row.label or row.label_en]

    @property
    def values(self) -> dict[str, Any]:
        """What makes two forms the same."""
        texts = msgspec.json.encode([self.own, *self.rows]).decode()
        return {"texts": texts, "form_key": self.form_key}


class OptionController(Controller):
    path = "/staff/products/{product_id:int}/options"
    include_in_schema = False
    guards = [requires("catalogue")]

    @get()
    async def form(self, request: ShopRequest, product_id: FromPath[int]) -> Template:
        return await _page(request, await _lead(product_id))

    @post(status_code=200)
    async def add(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        products: NamedDependency[ProductService],
    ) -> Response[Any] | Template:
        lead, form = await _lead(product_id), OptionForm.of(await request.form())
        work = AddOptions(request, products, lead, form)
        try:
            return await once(request, "catalogue", f"options/{lead.id}", form.values, work)
        except InvalidInput as error:
            return await _page(request, lead, form, error)

    @post("/labels", status_code=200)
    async def rename(
        self, request: ShopRequest, product_id: FromPath[int]
    ) -> Response[Any] | Template:
        lead, form = await _lead(product_id), await request.form()
        work = RenameOptions(current(request).user.id, lead, Labels.of(form))
        values = {"texts": repr(work.labels.rows), "form_key": _text(form.get("form_key"))}
        try:
            return await once(request, "catalogue", f"option-labels/{lead.id}", values, work)
        except InvalidInput as error:
            return await _page(request, lead, error=error)


class Labels(msgspec.Struct, frozen=True):
    """The labels that were typed, by option."""

    rows: dict[int, Label]

    @classmethod
    def of(cls, form: FormMultiDict) -> "Labels":
        """Raises InvalidInput."""
        names = ("option_id", "label", "label_en")
        columns = [[_text(value) for value in form.getall(name, [])] for name in names]
        try:
            rows = {int(id_): Label(*texts) for id_, *texts in zip(*columns, strict=True)}
        except ValueError:
            raise InvalidInput(FieldError("label", N_("This value is not valid."))) from None
        return cls(rows)


class RenameOptions:
    """Gives options other labels, in the form's transaction; two may swap theirs. Raises
    InvalidInput."""

    def __init__(self, actor_id: int, lead: Lead, labels: Labels) -> None:
        self._actor_id, self._lead, self.labels = actor_id, lead, labels
        self._editor = ProductEditor(ProductRepository(), LikeRepository())

    async def __call__(self) -> Result:
        before = await self._editor.rename_options(self._lead.id, self.labels.rows)
        for option_id, label in before.items():
            await StaffLogRepository().record(
                self._actor_id,
                "row.edit",
                f"product:{option_id}",
                before=label._asdict(),
                after=self.labels.rows[option_id]._asdict(),
            )
        done = Sentence(RENAMED, {"n": len(before)}, good=bool(before))
        return Result(f"/staff/products/{self._lead.id}/options", [done])


class AddOptions:
    """Adds the options of a form, with their stock and a line in the log, in the form's
    transaction. Raises InvalidInput."""

    def __init__(
        self, request: AnyRequest, products: ProductService, lead: Lead, form: OptionForm
    ) -> None:
        self._products, self._lead, self._form = products, lead, form
        self._actor_id, self._language = current(request).user.id, language_of(request)
        self._editor = ProductEditor(ProductRepository(), LikeRepository())

    async def __call__(self) -> Result:
        rows = self._form.filled
        if not rows:
            raise InvalidInput(FieldError("label", NO_OPTION))
        options = [_option(row, self._lead.price) for row in rows]
        stock = [_whole(row.stock or "0", "stock", 0, MAX_STOCK, BAD_STOCK) for row in rows]
        own = self._lead.own_label or Label(self._form.own.label, self._form.own.label_en)
        ids = await self._editor.add_options(self._lead.id, own, options)
        for option_id, quantity in zip(ids, stock, strict=True):
            if quantity:
                await self._receive(option_id, quantity)
        labels = [option.label.label for option in options]
        await StaffLogRepository().record(
            self._actor_id,
            "product.options",
            f"product:{self._lead.id}",
            after={"options": dict(zip(map(str, ids), labels, strict=True))},
        )
        done = Sentence(ADDED, {"names": ", ".join(labels)})
        return Result(f"/staff/products/{self._lead.id}/options", [done])

    async def _receive(self, option_id: int, quantity: int) -> None:
        reference = f"staff:{self._form.form_key}:{option_id}"
        await self._products.move_stock(
            option_id, quantity, "receive", "options", self._actor_id, reference
        )


def _option(row: Row, price: int) -> NewOption:
    """Without a price of its own it costs what its lead costs."""
    given = _whole(row.price or str(price), "price", 1, HIGHEST_PRICE, BAD_PRICE)
    return NewOption(Label(row.label, row.label_en), given)


def _whole(text: str, field: str, least: int, most: int, message: str) -> int:
    """Raises InvalidInput unless it is a whole number from `least` to `most`."""
    digits = text.replace(",", "")
    if digits.isascii() and digits.isdigit() and len(digits) < 12 and least <= int(digits) <= most:
        return int(digits)
    raise InvalidInput(FieldError(field, message, {"min": least, "max": most}))


def _text(value: Any) -> str:
    """The submitted text, without characters that PostgreSQL cannot store; empty for a file."""
    return value.replace("\0", "").strip()[:200] if isinstance(value, str) else ""


def _padded(rows: Sequence[Row]) -> Iterator[Row]:
    yield from rows
    yield from (Row() for _ in range(ROWS - len(rows)))


async def _lead(product_id: int) -> Lead:
    """Raises NotFound, also for an option of another product."""
    lead = await OptionRepository().lead(product_id)
    if lead is None:
        raise NotFound
    return lead


async def _page(
    request: AnyRequest,
    lead: Lead,
    form: OptionForm | None = None,
    error: InvalidInput | None = None,
) -> Template:
    return await staff_page(
        request,
        "staff/options.html",
        "products",
        status=400 if error else 200,
        lead=lead,
        options=await OptionRepository().options(lead.id),
        own=form.own if form else Row(),
        rows=list(_padded(form.rows if form else ())),
        refusal=refusal_for(request, error) if error else None,
    )
