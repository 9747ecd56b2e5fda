"""Adding and editing products in one place, so that each product has all its rows, and they
agree."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from piccolo.columns.column_types import DEFAULT

from shop.catalogue.product_rules import UNSEEN, wrong_together
from shop.database import transactional
from shop.errors import N_, FieldError, InvalidInput
from shop.likes.repository import LikeRepository
from shop.products.facets import FACETS
from shop.products.option_repository import Label, OptionRepository
from shop.products.repository import ProductRepository
from shop.products.tables import Product
from shop.products.term_repository import SEARCHED, TermRepository
from shop.text import has_unprintable, is_blank

LISTED = {"active", "lead", *(facet.name for facet in FACETS)}
"""The columns of a product that its like counter repeats."""
SALE = {"person_limit", "limit_days", "on_sale_from", "on_sale_until"}
LABELS = ("label", "label_en")

LEAD_WITHDRAWN = N_("The product that it is an option of is not sold.")
NO_LEAD = N_("There is no such product, or it is an option of another one.")
LABEL_LENGTH = N_("Each option needs a name of up to %(max)s characters.")
NO_OPTION = N_("This product is not an option.")
LABEL_TWICE = N_("Two options have the same name.")
MAX_LABEL = 40  # characters


class NewOption(NamedTuple):
    """An option to add. `price` in points."""

    label: Label
    price: int


class ProductEditor:
    def __init__(self, products: ProductRepository, likes: LikeRepository) -> None:
        self._products, self._likes = products, likes
        self._terms = TermRepository()
        self._options = OptionRepository()

    @transactional
    async def add(self, columns: Mapping[str, Any]) -> int:
        """Saves a product with its stock of 0, its search terms and its like counter. Its id."""
        product_id = await self._products.add(Product(**columns, created_at=DEFAULT))
        await self._products.open_stock(product_id)
        await self._terms.write(product_id)
        await self._likes.open_counter(product_id)
        return product_id

    @transactional
    async def edit(self, product_id: int, columns: Mapping[str, Any]) -> None:
        """Changes these columns, and what is derived from them. The options of a withdrawn lead are
        withdrawn, too. Raises InvalidInput for what does not fit the rest of the product, and for
        an option to sell whose lead is withdrawn."""
        await self.check_change(product_id, columns)
        if columns.get("active") and await self._options.lead_is_withdrawn(product_id):
            raise InvalidInput(FieldError("active", LEAD_WITHDRAWN))
        columns = await self._with_picture(product_id, columns)
        await self._products.update(product_id, columns)
        if columns.get("active") is False:
            await self._options.withdraw_options(product_id)
        if columns.keys() & SEARCHED:
            await self._terms.write(product_id)
        if columns.keys() & {*LABELS} and (lead := await self._options.lead_of(product_id)):
            await self._terms.write(lead)
        if columns.keys() & LISTED:
            await self._likes.move_counter(product_id)

    async def _with_picture(self, product_id: int, columns: Mapping[str, Any]) -> Mapping[str, Any]:
        """An option without a picture gets its lead's, and options that have their lead's get its
        new one."""
        if "picture" not in columns:
            return columns
        picture = columns["picture"] or await self._options.picture_of_lead(product_id)
        await self._options.replace_picture(product_id, picture)
        return {**columns, "picture": picture}

    async def check_change(self, product_id: int, columns: Mapping[str, Any]) -> None:
        """Raises InvalidInput if these columns do not fit the rest of the product."""
        delivery = columns.get("delivery")
        if delivery and await self._products.is_delivery_fixed(product_id, delivery):
            message = N_("A product that was sold or has stock cannot change to codes, or back.")
            raise InvalidInput(FieldError("delivery", message))
        if columns.keys() & {*LABELS}:
            await self._check_label(product_id, columns)
        if columns.keys() & SALE:
            found = await self._products.by_ids([product_id])
            before = {name: getattr(found[product_id], name) for name in SALE}
            if errors := [*wrong_together({**before, **columns})]:
                raise InvalidInput(*errors)

    @transactional
    async def add_options(
        self, lead_id: int, own_label: Label, options: Sequence[NewOption]
    ) -> list[int]:
        """Adds options to a product, which is itself the option `own_label`. Their ids.

        Raises InvalidInput if there is no such product, it is an option of another, or a label is
        empty or there twice.
        """
        _check_labels([own_label, *(option.label for option in options)])
        lead = await self._options.make_lead(lead_id, own_label)
        if lead is None:
            raise InvalidInput(FieldError("product_id", NO_LEAD))
        known = set((await self._options.labels(lead_id)).values())
        if not known.isdisjoint(option.label.label for option in options):
            raise InvalidInput(FieldError("label", LABEL_TWICE))
        ids = [
            await self.add(lead | option.label._asdict() | {"price": option.price})
            for option in options
        ]
        await self._terms.write(lead_id)
        return ids

    @transactional
    async def rename_options(self, lead_id: int, labels: Mapping[int, Label]) -> dict[int, Label]:
        """Gives options of the product these labels. Returns the options that change, as they were
        before. Raises InvalidInput for an option of another product, and as `add_options` does."""
        before = await self._options.lock_labels(lead_id)
        if not labels.keys() <= before.keys():
            raise InvalidInput(FieldError("label", NO_OPTION))
        _check_labels([*{**before, **labels}.values()])
        changed = {id_: label for id_, label in labels.items() if label != before[id_]}
        await self._options.write_labels(changed)
        await self._terms.write(lead_id)
        return {id_: before[id_] for id_ in changed}

    async def _check_label(self, product_id: int, columns: Mapping[str, Any]) -> None:
        """Raises InvalidInput."""
        lead = await self._options.lead_of(product_id)
        texts = [columns[name] for name in LABELS if columns.get(name)]
        if lead is None:
            if texts:
                raise InvalidInput(FieldError("label", NO_OPTION))
            return
        if "label" in columns:
            _check_labels([Label(columns["label"] or "", columns.get("label_en") or "")])
            others = await self._options.labels(lead)
            others.pop(product_id, None)
            if columns["label"] in others.values():
                raise InvalidInput(FieldError("label", LABEL_TWICE))


def _check_labels(labels: Sequence[Label]) -> None:
    texts = [label.label for label in labels]
    if not all(len(label.label) > 0 and max(map(len, label)) <= MAX_LABEL for label in labels):
        raise InvalidInput(FieldError("label", LABEL_LENGTH, {"max": MAX_LABEL}))
    if any(has_unprintable(text) or (text and is_blank(text)) for one in labels for text in one):
        raise InvalidInput(FieldError("label", UNSEEN))
    if len(set(texts)) < len(texts):
        raise InvalidInput(FieldError("label", LABEL_TWICE))
