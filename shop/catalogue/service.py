"""Browsing: the shelf by category, words and order, one product, and what one likes."""

import unicodedata

import msgspec

from shop.catalogue.repository import ORDERS, ShelfRepository, ShelfRow, Sort
from shop.errors import N_, FieldError, InvalidInput, ProductNotFound
from shop.paging import MAX_INT, Page, decode_cursor, page_of
from shop.web.request import SignedInUser

MAX_WORDS = 5
LIKES = "liked"


class Filters(msgspec.Struct, frozen=True):
    """What a shopper wants to see. `category` is a slug, or empty for all."""

    q: str = ""
    category: str = ""
    sort: Sort = "newest"


class CatalogueService:
    def __init__(self, repository: ShelfRepository) -> None:
        self._shelf = repository

    async def shelf(
        self, filters: Filters, cursor: str | None, limit: int, viewer: SignedInUser | None
    ) -> Page[ShelfRow]:
        """A page of products on sale. Raises InvalidInput for a cursor that is not this list's."""
        order = ORDERS[filters.sort]
        name = f"{filters.sort}:{filters.category}:{filters.q}"
        rows = await self._shelf.shelf(
            words_of(filters.q),
            filters.category,
            filters.sort,
            decode_cursor(cursor, name, len(order.keys)),
            limit + 1,
            viewer.id if viewer else None,
        )
        return page_of(rows, limit, name, lambda row: [getattr(row, key) for key in order.keys])

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
            raise InvalidInput(FieldError("category", N_("There is no such category.")))


def words_of(text: str) -> list[str]:
    """The words searched for, in one form whatever the keyboard sent (NFKC, no control signs)."""
    plain = unicodedata.normalize("NFKC", text)
    return "".join(char if char.isprintable() else " " for char in plain).split()[:MAX_WORDS]
