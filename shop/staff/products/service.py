"""Files of products: checked, shown, and then imported as a whole."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from shop.catalogue.editor import ProductEditor
from shop.errors import N_, FieldError, InvalidInput, NotFound
from shop.likes.repository import LikeRepository
from shop.paging import MAX_INT
from shop.pictures.service import PictureService
from shop.products.repository import ProductRepository
from shop.staff.files.cells import typed_number
from shop.staff.files.read import Line
from shop.staff.files.rows import Problem, WrongLines
from shop.staff.products.check import SAME_NAME, Change, Checked, Stored, check_products
from shop.staff.products.columns import Values, plain
from shop.staff.products.faults import NO_PICTURE
from shop.staff.products.repository import Draft, ProductFileRepository
from shop.staff.products.zip_pictures import ZippedPictures
from shop.staff_log.repository import StaffLogRepository

MAX_CHANGES = 10_000
"""New and changed products of one file: they are written in one transaction."""
MAX_NEW = 1_000
"""Of them new: a new product takes about five times as long as a new price."""

CHANGED_MEANWHILE = N_(
    "Product %(number)s was changed meanwhile by someone else. Please check the file again."
)


class ProductFiles:
    def __init__(self, pictures: PictureService) -> None:
        self._pictures = pictures
        self._files, self._log = ProductFileRepository(), StaffLogRepository()
        self._editor = ProductEditor(ProductRepository(), LikeRepository())

    async def check(self, lines: Sequence[Line], zipped: ZippedPictures | None) -> Checked:
        """The changes of the lines. Raises InvalidInput if they are too many for one file."""
        texts = [line.cells.get("id", "") for line in lines]
        numbers = {number for text in texts if (number := typed_number(text)) is not None}
        new = {plain(line.cells.get("name", "")) for line in lines if not line.cells.get("id")}
        named = await self._files.named(new - {""})
        known = {number for number in numbers if 0 < number <= MAX_INT}
        stored = Stored(
            await self._files.products(known.union(*named.values())),
            named,
            await self._files.categories(),
            zipped.ids if zipped else {},
        )
        # In a thread: 100,000 lines take seconds.
        checked = await asyncio.to_thread(check_products, lines, stored)
        if len(checked.changes) > MAX_CHANGES:
            message = N_("This file changes more than %(max)s products. Please divide it.")
            raise InvalidInput(FieldError("file", message, {"max": MAX_CHANGES}))
        if sum(change.product_id is None for change in checked.changes) > MAX_NEW:
            message = N_("This file has more than %(max)s new products. Please divide it.")
            raise InvalidInput(FieldError("file", message, {"max": MAX_NEW}))
        return checked

    async def draft(self, actor_id: int, changes: Sequence[Change], unchanged: int) -> int:
        """Saves the changes as a draft, to be confirmed. Returns its id."""
        return await self._files.add(actor_id, changes, unchanged)

    async def run(self, actor_id: int, import_id: int) -> Draft:
        """Changes and adds all products of a draft, and logs each. Must run in a transaction.

        Raises WrongLines if a product was changed or added, or a picture removed, since the
        draft was made.
        """
        draft = await self._locked(import_id)
        changes = [line.change for line in await self._files.lines(import_id, 0, MAX_CHANGES)]
        if problems := await self._stale(changes):
            raise WrongLines(problems)
        if problems := await self._claim_pictures(changes):
            raise WrongLines(problems)
        for change in changes:
            await self._write(actor_id, change)
        counts = {"new": draft.new, "changed": draft.changed}
        await self._log.record(actor_id, "products.import", draft.subject, after=counts)
        await self._files.delete(import_id)
        return draft

    async def discard(self, import_id: int) -> None:
        await self._files.delete((await self._locked(import_id)).id)

    async def sweep(self) -> None:
        await self._files.sweep()

    async def _locked(self, import_id: int) -> Draft:
        in_range = 0 < import_id <= MAX_INT
        draft = await self._files.locked_draft(import_id) if in_range else None
        if draft is None:
            raise NotFound
        return draft

    async def _stale(self, changes: Sequence[Change]) -> list[Problem]:
        """Locks the products. A fault for each that has changed since the draft was made."""
        now = await self._files.locked([c.product_id for c in changes if c.product_id])
        names = await self._files.named([c.after["name"] for c in changes if not c.product_id])
        return [problem for change in changes if (problem := _stale(change, now, names))]

    async def _claim_pictures(self, changes: Sequence[Change]) -> list[Problem]:
        """Releases the products' present pictures and claims the new ones. A fault for each that no
        longer exists."""
        problems = []
        for change in changes:
            if "picture" in change.after and change.product_id:
                await self._pictures.release(change.product_id)
            name = change.after.get("picture")
            if name and not await self._pictures.claim(name):
                problems.append(Problem(change.line, NO_PICTURE, {"text": name}))
        return problems

    async def _write(self, actor_id: int, change: Change) -> None:
        product_id = change.product_id
        if product_id:
            await self._editor.edit(product_id, change.after)
        else:
            product_id = await self._editor.add(change.after)
        await self._log.record(
            actor_id,
            "row.edit" if change.product_id else "row.add",
            f"product:{product_id}",
            before=change.before or None,
            after=change.after,
        )


def _stale(
    change: Change, now: Mapping[int, Values], names: Mapping[str, Sequence[int]]
) -> Problem | None:
    if change.product_id:
        current: Mapping[str, Any] = now[change.product_id]
        if all(current[name] == value for name, value in change.before.items()):
            return None
        return Problem(change.line, CHANGED_MEANWHILE, {"number": str(change.product_id)})
    if numbers := names.get(change.after["name"]):
        values = {"name": change.after["name"], "number": str(numbers[0])}
        return Problem(change.line, SAME_NAME, values)
    return None
