"""What staff do with a product's options; each is written in the log."""

from shop.catalogue.editor import NewOption, ProductEditor
from shop.catalogue.product_rules import HIGHEST_PRICE
from shop.errors import N_, FieldError, InvalidInput
from shop.likes.repository import LikeRepository
from shop.numbers import whole_number
from shop.products.option_repository import Label, OptionRepository
from shop.products.repository import ProductRepository
from shop.products.service import ProductService
from shop.staff.once import Result, Sentence
from shop.staff.products.option_form import Labels, OptionForm, Row
from shop.staff.products.option_repository import Lead
from shop.staff.rights import current
from shop.staff.seen import check_seen
from shop.staff_log.repository import StaffLogRepository
from shop.web.request import AnyRequest

MAX_STOCK = 1_000_000
ADDED = N_("Options added: %(names)s.")
RENAMED = N_("Names of options changed: %(n)s.")
BAD_PRICE = N_("The price must be from %(min)s to %(max)s points.")
BAD_STOCK = N_("The stock must be from %(min)s to %(max)s.")
NO_OPTION = N_("Please enter at least one option.")


class RenameOptions:
    """Gives options other labels, in the form's transaction; two may swap theirs. Raises
    InvalidInput."""

    def __init__(self, actor_id: int, lead: Lead, labels: Labels) -> None:
        self._actor_id, self._lead, self.labels = actor_id, lead, labels
        self._editor = ProductEditor(ProductRepository(), LikeRepository())

    async def __call__(self) -> Result:
        stored = await OptionRepository().lock_labels(self._lead.id)
        check_seen(self.labels.seen, sorted(stored.items()))
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
        self._actor_id = current(request).user.id
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
    number = whole_number(text.replace(",", ""))
    if number is not None and least <= number <= most:
        return number
    raise InvalidInput(FieldError(field, message, {"min": least, "max": most}))
