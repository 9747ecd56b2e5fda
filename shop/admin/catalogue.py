"""Adding and editing categories and products: what is checked before Piccolo writes it."""

import re
from collections.abc import AsyncIterator, Mapping
from typing import Any, Self

from piccolo.columns import Column
from piccolo.table import Table
from piccolo_api.crud.hooks import Hook, HookType
from starlette.requests import Request

from shop.admin.pictures import PictureStorage
from shop.admin.repository import StaffRepository
from shop.admin.words import refuse
from shop.database import transactional
from shop.errors import N_, FieldError
from shop.likes.repository import LikeRepository
from shop.paging import MAX_INT
from shop.products.repository import ProductRepository
from shop.products.tables import Category, Product

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
HIGHEST_PRICE = 1_000_000_000
LAST_POSITION = 9_999
# What the form sends although nobody may change it.
FIXED = {"id", "created_at"}

Values = Mapping[str, Any]
Errors = AsyncIterator[FieldError]


class NewProduct:
    """A product, its empty shelf and its counter of likes, saved together or not at all.

    Piccolo has no hook for what comes after a row: it saves what a `pre_save` hook answers.
    """

    def __init__(self, product: Product) -> None:
        self._product = product

    def save(self) -> Self:
        return self

    @transactional
    async def run(self) -> list[dict[str, Any]]:
        [row] = await Product.insert(self._product).returning(Product.id)
        await ProductRepository().open_stock(row["id"])
        await ProductRepository().make_findable(row["id"])
        await LikeRepository().open_counter(row["id"])
        return [row]


class CatalogueHooks:
    """Refuses what a shopper should not see, naming the field. `pictures` is where uploads go."""

    def __init__(self, pictures: PictureStorage) -> None:
        self._pictures = pictures
        self._staff = StaffRepository()

    def for_products(self) -> list[Hook]:
        return [
            Hook(HookType.pre_save, self.add_product),
            Hook(HookType.pre_patch, self.edit_product),
        ]

    def for_categories(self) -> list[Hook]:
        return [
            Hook(HookType.pre_save, self.add_category),
            Hook(HookType.pre_patch, self.edit_category),
        ]

    async def add_product(self, row: Product, request: Request) -> NewProduct:
        await _check(request, self._wrong_in_product(row.to_dict()))
        return NewProduct(Product(**_given(row)))

    async def edit_product(
        self, row_id: int, values: dict[Column, Any], request: Request
    ) -> dict[Column, Any]:
        changed = await _changed(request, values)
        await _check(request, self._wrong_in_product(_by_name(changed)))
        await _edit(row_id, {column: _tidied(value) for column, value in changed.items()})
        return {Product.id: row_id}  # Piccolo must set something, and then answers with the row

    async def add_category(self, row: Category, request: Request) -> Category:
        await _check(request, self._wrong_in_category(row.to_dict(), None))
        return Category(**_given(row))

    async def edit_category(
        self, row_id: int, values: dict[Column, Any], request: Request
    ) -> dict[Column, Any]:
        changed = await _changed(request, values)
        await _check(request, self._wrong_in_category(_by_name(changed), row_id))
        return {column: _tidied(value) for column, value in changed.items()}

    async def _wrong_in_product(self, values: Values) -> Errors:
        if "name" in values and not (values["name"] or "").strip():
            yield FieldError("name", N_("Please give it a name."))
        if "price" in values and not 1 <= (values["price"] or 0) <= HIGHEST_PRICE:
            limits = {"min": 1, "max": HIGHEST_PRICE}
            yield FieldError("price", N_("The price is %(min)s to %(max)s points."), limits)
        if "category" in values and not await self._is_category(values["category"]):
            yield FieldError("category", N_("Please choose a category."))
        if values.get("picture") and not self._pictures.holds(values["picture"]):
            yield FieldError("picture", N_("Please upload the picture first."))

    async def _wrong_in_category(self, values: Values, category_id: int | None) -> Errors:
        if "name" in values and not (values["name"] or "").strip():
            yield FieldError("name", N_("Please give it a name."))
        if "position" in values and not 0 <= (values["position"] or 0) <= LAST_POSITION:
            limits = {"min": 0, "max": LAST_POSITION}
            yield FieldError("position", N_("Choose %(min)s to %(max)s."), limits)
        if "slug" in values and not SLUG.fullmatch(values["slug"] or ""):
            yield FieldError("slug", N_("Use small letters, digits and single dashes."))
        elif "slug" in values and await self._staff.is_slug_taken(values["slug"], category_id):
            yield FieldError("slug", N_("Another category has this one."))

    async def _is_category(self, category: int | None) -> bool:
        in_range = 0 < (category or 0) <= MAX_INT
        return in_range and await self._staff.category_exists(category or 0)


@transactional
async def _edit(product_id: int, values: dict[Column | str, Any]) -> None:
    """What is found by its names must be found by the new ones at once, whoever else edits it."""
    await Product.update(values).where(Product.id == product_id)
    if Product.name in values or Product.name_en in values:
        await ProductRepository().make_findable(product_id)


async def _check(request: Request, wrong: Errors) -> None:
    if errors := [error async for error in wrong]:
        refuse(request, *errors)


async def _changed(request: Request, values: dict[Column, Any]) -> dict[Column, Any]:
    """What may be changed of what was sent. Refuses where that is nothing."""
    changed = {column: value for column, value in values.items() if column._meta.name not in FIXED}
    if not changed:
        refuse(request, FieldError("body", N_("Nothing was changed.")))
    return changed


def _given(row: Table) -> dict[str, Any]:
    """What was filled in; the rest gets the defaults of the table."""
    values = {name: _tidied(value) for name, value in row.to_dict().items()}
    return {
        name: value
        for name, value in values.items()
        if value not in (None, "") and name not in FIXED
    }


def _by_name(values: dict[Column, Any]) -> dict[str, Any]:
    return {column._meta.name: value for column, value in values.items()}


def _tidied(value: Any) -> Any:
    return value.strip() if isinstance(value, str) else value
