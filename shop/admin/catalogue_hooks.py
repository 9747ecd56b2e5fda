"""Adding and editing categories and products: what is checked before Piccolo writes it."""

import re
from functools import partial
from typing import Any, get_args

from piccolo.columns import Column
from piccolo.table import Table
from piccolo_api.crud.hooks import Hook, HookType
from starlette.requests import Request

from shop.admin.form_actions import actor_of
from shop.admin.form_keys import FormKeys
from shop.admin.pictures import PictureStorage
from shop.admin.repository import StaffRepository
from shop.admin.rows import Errors, NewRow, Rows, Values, check_values, editable, tidied
from shop.catalogue.editor import ProductEditor
from shop.errors import N_, FieldError
from shop.likes.repository import LikeRepository
from shop.paging import MAX_INT
from shop.products.delivery import Delivery
from shop.products.repository import ProductRepository
from shop.products.tables import Category, Product
from shop.security_log import security_event

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
HIGHEST_PRICE = 1_000_000_000
LAST_POSITION = 9_999
LOGGED = {"price", "active"}
"""What an edit of is an event of the security log."""
# What the form sends although nobody may change it.
READ_ONLY = {"id", "created_at"}


class CatalogueHooks:
    """Refuses what a shopper should not see, naming the field. `pictures` is where uploads go."""

    def __init__(self, pictures: PictureStorage, keys: FormKeys) -> None:
        self._pictures = pictures
        self._rows = Rows(keys)
        self._staff = StaffRepository()
        self._products = ProductRepository()
        self._editor = ProductEditor(self._products, LikeRepository())

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

    async def add_product(self, row: Product, request: Request) -> NewRow:
        async def add() -> int:
            values = {**row.to_dict(), "delivery": row.delivery or "desk"}
            await check_values(request, [], self._wrong_in_product(values))
            return await self._editor.add(given)

        given = _given(row)
        return self._rows.new(request, given, add)

    async def edit_product(
        self, row_id: int, values: dict[Column, Any], request: Request
    ) -> dict[Column, Any]:
        given = editable(request, Product, values)
        check, write = self._wrong_in_product, self._editor.edit
        change = await self._rows.edit(request, Product, row_id, given, check, write)
        if noted := sorted(LOGGED & change.after.keys()):
            before, after = ({name: each[name] for name in noted} for each in change)
            who = actor_of(request)
            security_event("product-changed", actor=who, product=row_id, before=before, after=after)
        return {Product.id: row_id}  # Piccolo must set something, and then answers with the row

    async def add_category(self, row: Category, request: Request) -> NewRow:
        async def add() -> int:
            await check_values(request, [], self._wrong_in_category(row.to_dict(), None))
            return await self._products.add_category(Category(**given))

        given = _given(row)
        return self._rows.new(request, given, add)

    async def edit_category(
        self, row_id: int, values: dict[Column, Any], request: Request
    ) -> dict[Column, Any]:
        check = partial(self._wrong_in_category, category_id=row_id)
        given, write = editable(request, Category, values), self._products.update_category
        await self._rows.edit(request, Category, row_id, given, check, write)
        return {Category.id: row_id}

    async def _wrong_in_product(self, values: Values) -> Errors:
        if "name" in values and not (values["name"] or "").strip():
            yield FieldError("name", N_("Please enter a name."))
        if "price" in values and not 1 <= (values["price"] or 0) <= HIGHEST_PRICE:
            limits = {"min": 1, "max": HIGHEST_PRICE}
            yield FieldError(
                "price", N_("The price must be from %(min)s to %(max)s points."), limits
            )
        if "category" in values and not await self._is_category(values["category"]):
            yield FieldError("category", N_("Please choose a category."))
        if "delivery" in values and values["delivery"] not in get_args(Delivery):
            yield FieldError("delivery", N_("Please choose parcel or desk."))
        if values.get("picture") and not self._pictures.holds(values["picture"]):
            yield FieldError("picture", N_("Please upload the picture first."))

    async def _wrong_in_category(self, values: Values, category_id: int | None) -> Errors:
        if "name" in values and not (values["name"] or "").strip():
            yield FieldError("name", N_("Please enter a name."))
        if "position" in values and not 0 <= (values["position"] or 0) <= LAST_POSITION:
            limits = {"min": 0, "max": LAST_POSITION}
            yield FieldError("position", N_("Enter a number from %(min)s to %(max)s."), limits)
        if "slug" in values and not SLUG.fullmatch(values["slug"] or ""):
            yield FieldError("slug", N_("Use lowercase letters, digits and single hyphens."))
        elif "slug" in values and await self._staff.is_slug_taken(values["slug"], category_id):
            yield FieldError("slug", N_("Another category already uses this value."))

    async def _is_category(self, category: int | None) -> bool:
        in_range = 0 < (category or 0) <= MAX_INT
        return in_range and await self._staff.category_exists(category or 0)


def _given(row: Table) -> dict[str, Any]:
    """What was filled in; the rest gets the defaults of the table."""
    values = {name: tidied(value) for name, value in row.to_dict().items()}
    return {
        name: value
        for name, value in values.items()
        if value not in (None, "") and name not in READ_ONLY
    }
