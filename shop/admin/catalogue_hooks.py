"""Adding and editing categories and products: what is checked before Piccolo writes it."""

import re
from functools import partial
from typing import Any

from piccolo.columns import Column
from piccolo.table import Table
from piccolo_api.crud.hooks import Hook, HookType
from starlette.requests import Request

from shop.admin.form_actions import actor_of
from shop.admin.form_keys import FormKeys
from shop.admin.repository import StaffRepository
from shop.admin.rows import Errors, NewRow, Rows, Values, check_values, editable, tidied
from shop.catalogue.editor import ProductEditor
from shop.catalogue.product_rules import wrong_in_names, wrong_in_product, wrong_together
from shop.errors import N_, FieldError, InvalidInput
from shop.likes.repository import LikeRepository
from shop.paging import MAX_INT
from shop.pictures.service import PictureService
from shop.products.facets import FACETS, Facet
from shop.products.repository import ProductRepository
from shop.products.tables import Product
from shop.security_log import security_event

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
LAST_POSITION = 9_999
LOGGED = {"price", "active"}
"""What an edit of is an event of the security log."""
# What the form sends although nobody may change it.
READ_ONLY = {"id", "created_at"}


class CatalogueHooks:
    """Refuses what a shopper should not see, naming the field."""

    def __init__(self, pictures: PictureService, keys: FormKeys) -> None:
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

    def for_facet(self, facet: Facet) -> list[Hook]:
        return [
            Hook(HookType.pre_save, partial(self.add_value, facet)),
            Hook(HookType.pre_patch, partial(self.edit_value, facet)),
        ]

    async def add_product(self, row: Product, request: Request) -> NewRow:
        async def add() -> int:
            values = {**row.to_dict(), "delivery": row.delivery or "desk"}
            known = [*wrong_together(values)]
            await check_values(request, known, self._wrong_in_product(values))
            return await self._editor.add(given)

        given = _given(row)
        return self._rows.new(request, given, add)

    async def edit_product(
        self, row_id: int, values: dict[Column, Any], request: Request
    ) -> dict[Column, Any]:
        given = editable(request, Product, values)
        check, write = partial(self._wrong_in_edit, product_id=row_id), self._write_product
        change = await self._rows.edit(request, Product, row_id, given, check, write)
        if noted := sorted(LOGGED & change.after.keys()):
            before, after = ({name: each[name] for name in noted} for each in change)
            who = actor_of(request)
            security_event("product-changed", actor=who, product=row_id, before=before, after=after)
        return {Product.id: row_id}  # Piccolo must set something, and then answers with the row

    async def _write_product(self, row_id: int, values: Values) -> None:
        if "picture" in values:
            await self._pictures.release(row_id)
        await self._editor.edit(row_id, values)

    async def add_value(self, facet: Facet, row: Table, request: Request) -> NewRow:
        async def add() -> int:
            await check_values(request, [], self._wrong_in_value(row.to_dict(), facet, None))
            return await self._products.add_value(facet, given)

        given = _given(row)
        return self._rows.new(request, given, add)

    async def edit_value(
        self, facet: Facet, row_id: int, values: dict[Column, Any], request: Request
    ) -> dict[Column, Any]:
        check = partial(self._wrong_in_value, facet=facet, row_id=row_id)
        write = partial(self._products.update_value, facet)
        given = editable(request, facet.table, values)
        await self._rows.edit(request, facet.table, row_id, given, check, write)
        return {facet.table._meta.primary_key: row_id}

    async def _wrong_in_product(self, values: Values) -> Errors:
        for error in wrong_in_product(values):
            yield error
        async for error in self._wrong_in_facets(values):
            yield error
        if values.get("picture") and not await self._pictures.claim(values["picture"]):
            yield FieldError("picture", N_("Please upload the picture first."))

    async def _wrong_in_edit(self, values: Values, product_id: int) -> Errors:
        async for error in self._wrong_in_product(values):
            yield error
        try:
            await self._editor.check_change(product_id, values)
        except InvalidInput as refusal:
            for error in refusal.errors:
                yield error

    async def _wrong_in_value(self, values: Values, facet: Facet, row_id: int | None) -> Errors:
        for error in wrong_in_names(values):
            yield error
        if "position" in values and not 0 <= (values["position"] or 0) <= LAST_POSITION:
            limits = {"min": 0, "max": LAST_POSITION}
            yield FieldError("position", N_("Enter a number from %(min)s to %(max)s."), limits)
        if "slug" in values and not SLUG.fullmatch(values["slug"] or ""):
            yield FieldError("slug", N_("Use lowercase letters, digits and single hyphens."))
        elif "slug" in values and await self._staff.is_slug_taken(
            facet.table, values["slug"], row_id
        ):
            yield FieldError("slug", N_("This value is already in use."))

    async def _wrong_in_facets(self, values: Values) -> Errors:
        for facet in FACETS:
            if facet.name in values and not await self._is_value(facet, values[facet.name]):
                yield FieldError(facet.name, facet.choose)

    async def _is_value(self, facet: Facet, row_id: int | None) -> bool:
        """Whether a product may have it: none only where the column may be empty."""
        if row_id is None:
            return facet.is_optional
        return 0 < row_id <= MAX_INT and await self._staff.row_exists(facet.table, row_id)


def _given(row: Table) -> dict[str, Any]:
    """The submitted values; other columns get the defaults of the table."""
    values = {name: tidied(value) for name, value in row.to_dict().items()}
    return {
        name: value
        for name, value in values.items()
        if value not in (None, "") and name not in READ_ONLY
    }
