"""Browsing: the shelf by category, words and order, one product, and what one likes."""

from collections.abc import Callable

import msgspec

from shop.catalogue.kept import KeptShelves, Shelf
from shop.catalogue.lists import ORDERS, Order, Shown, Sort
from shop.catalogue.repository import ShelfRepository, ShelfRow
from shop.catalogue.search import Reading, readings_of
from shop.errors import N_, FieldError, InvalidInput, ProductNotFound
from shop.paging import MAX_INT, Page, decode_cursor, page_of, unknown_cursor
from shop.web.request import SignedInUser

LIKES = "liked"


class Filters(msgspec.Struct, frozen=True):
    """What a shopper wants to see. `category` is a slug, or empty for all."""

    q: str = ""
    category: str = ""
    sort: Sort = "newest"


class CatalogueService:
    def __init__(self, repository: ShelfRepository) -> None:
        self._shelf = repository
        self._kept = KeptShelves(repository)

    async def browse(
        self, filters: Filters, cursor: str | None, limit: int, viewer: SignedInUser | None
    ) -> Shelf:
        """A page of products on sale, and the menu. Raises InvalidInput for a category that there
        is not, and for a cursor that is not this list's.

        A list is kept, but for guests, whose whole pages are, and for searches, which are many.
        """

        async def load() -> Shelf:
            categories = await self.categories()
            if filters.category and filters.category not in {one["slug"] for one in categories}:
                raise no_such_category()
            return Shelf(await self.shelf(filters, cursor, limit, viewer), categories)

        if viewer is None or filters.q:
            return await load()
        return await self._kept.get((filters, cursor, limit), viewer.id, load)

    async def shelf(
        self, filters: Filters, cursor: str | None, limit: int, viewer: SignedInUser | None
    ) -> Page[ShelfRow]:
        """A page of products on sale. Raises InvalidInput for a cursor that is not this list's."""
        order = ORDERS[filters.sort]
        name = f"{filters.sort}:{filters.category}:{filters.q}"
        keys = decode_cursor(cursor, name, 1 + len(order.keys))
        shown = Shown(filters.category, filters.sort, keys[1:] if keys else None)
        viewer_id = viewer.id if viewer else None
        for number, reading in _to_try(filters.q, keys):
            if rows := await self._shelf.shelf(shown, reading, limit + 1, viewer_id):
                return page_of(rows, limit, name, _cursor_keys(number, order))
        return Page([])

    async def product(self, product_id: int, viewer: SignedInUser | None) -> ShelfRow:
        """Raises ProductNotFound."""
        viewer_id = viewer.id if viewer else None
        in_range = 0 < product_id <= MAX_INT
        row = await self._shelf.product(product_id, viewer_id) if in_range else None
        if row is None:
            raise ProductNotFound(product_id)
        return row

    async def others(
        self, product: ShelfRow, viewer: SignedInUser | None, limit: int = 4
    ) -> list[ShelfRow]:
        viewer_id = viewer.id if viewer else None
        return await self._shelf.others(product.category, product.id, viewer_id, limit)

    async def liked_by(self, user: SignedInUser, cursor: str | None, limit: int) -> Page[ShelfRow]:
        """What the user likes, the latest like first. Raises InvalidInput for a foreign cursor."""
        after = decode_cursor(cursor, LIKES)
        rows = await self._shelf.liked_by(user.id, after[0] if after else None, limit + 1)
        found = page_of(rows, limit, LIKES, lambda row: [row[0]])
        return Page([row for _, row in found.items], found.next_cursor)

    async def categories(self) -> list[dict[str, str]]:
        """Every category's `slug`, `name` and `name_en`, in the menu's order."""
        return await self._shelf.categories()

    async def check(self, filters: Filters) -> None:
        """Raises InvalidInput where the category is not one of ours."""
        if filters.category and not await self._shelf.has_category(filters.category):
            raise no_such_category()


def no_such_category() -> InvalidInput:
    return InvalidInput(FieldError("category", N_("There is no such category.")))


def _to_try(q: str, keys: list[int] | None) -> list[tuple[int, Reading | None]]:
    """The readings of a search, numbered; behind a cursor's keys only the one that it comes from,
    whose number is the first key. Raises InvalidInput where there is no such reading."""
    readings = list(enumerate(readings_of(q) or [None]))
    if not keys:
        return readings
    if not 0 <= keys[0] < len(readings):
        raise unknown_cursor()
    return [readings[keys[0]]]


def _cursor_keys(reading: int, order: Order) -> Callable[[ShelfRow], list[int]]:
    return lambda row: [reading, *(getattr(row, key) for key in order.keys)]
