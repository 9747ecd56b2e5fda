"""Browsing: product lists by category, search and order; one product; liked products."""

from collections.abc import Iterator
from functools import partial

import msgspec

from shop.catalogue.list_cache import ListCache, ProductList
from shop.catalogue.lists import SORT_ORDERS, ListQuery, Sort, SortOrder
from shop.catalogue.repository import ShelfRepository, ShelfRow
from shop.catalogue.stages import LAST_RESORT, Stage, stages_of
from shop.errors import N_, FieldError, InvalidInput, ProductNotFound
from shop.identity import SignedInUser
from shop.paging import MAX_INT, Page, decode_cursor, page_of, unknown_cursor

CURSOR_SCOPE = "liked"


class Filters(msgspec.Struct, frozen=True):
    """What a shopper wants to see. `category` is a slug, or empty for all."""

    q: str = ""
    category: str = ""
    sort: Sort = "newest"


class CatalogueService:
    def __init__(self, repository: ShelfRepository) -> None:
        self._shelf = repository
        self._lists = ListCache(repository)

    async def browse(
        self, filters: Filters, cursor: str | None, limit: int, viewer: SignedInUser | None
    ) -> ProductList:
        """A page of products on sale, and the menu. Raises InvalidInput for an unknown category and
        for a cursor of another list.

        Lists are cached, except for guests, whose pages are cached whole, and for searches.
        """

        async def load() -> ProductList:
            categories = await self.categories()
            if filters.category and filters.category not in {one["slug"] for one in categories}:
                raise no_such_category()
            found = await self.shelf(filters, cursor, limit, viewer, categories)
            return ProductList(found, categories)

        if viewer is None or filters.q:
            return await load()
        return await self._lists.get((filters, cursor, limit), viewer.id, load)

    async def shelf(
        self,
        filters: Filters,
        cursor: str | None,
        limit: int,
        viewer: SignedInUser | None,
        categories: list[dict[str, str]] | None = None,
    ) -> Page[ShelfRow]:
        """A page of products on sale. `categories`, if given, saves reading them. Raises
        InvalidInput for a cursor of another list."""
        if categories is None:
            categories = await self.categories() if filters.q else []
        stages = stages_of(filters.q, categories, filters.category, filters.sort)
        name = f"{filters.sort}:{filters.category}:{filters.q}"
        order = SORT_ORDERS[filters.sort]
        keys = decode_cursor(cursor, name, 1 + len(order.keys))
        found: list[tuple[int, ShelfRow]] = []
        for number, stage, after in _to_try(stages, keys):
            if len(found) > limit or (found and number == LAST_RESORT):
                break
            query = ListQuery(filters.category, filters.sort, after)
            rows = await self._found(query, stage, limit + 1, viewer.id if viewer else None)
            found += [(number, row) for row in rows]
        page = page_of(found, limit, name, partial(_keys, order))
        return Page([row for _, row in page.items], page.next_cursor)

    async def _found(
        self, query: ListQuery, stage: Stage, limit: int, viewer_id: int | None
    ) -> list[ShelfRow]:
        """The first `limit` products that a source of the stage finds, in the list's order."""
        found: dict[int, ShelfRow] = {}
        for source in stage:
            for slug in source.slugs or (query.category,):
                part = query._replace(category=slug)
                rows = await self._shelf.shelf(part, source.strategy, limit, viewer_id)
                found |= {row.id: row for row in rows}
        order = query.order
        return sorted(found.values(), key=order.keys_of, reverse=order.descending)[:limit]

    async def product(self, product_id: int, viewer: SignedInUser | None) -> ShelfRow:
        """Raises ProductNotFound."""
        viewer_id = viewer.id if viewer else None
        in_range = 0 < product_id <= MAX_INT
        row = await self._shelf.product(product_id, viewer_id) if in_range else None
        if row is None:
            raise ProductNotFound(product_id)
        return row

    async def related_products(
        self, product: ShelfRow, viewer: SignedInUser | None, limit: int = 4
    ) -> list[ShelfRow]:
        viewer_id = viewer.id if viewer else None
        return await self._shelf.related_products(product.category, product.id, viewer_id, limit)

    async def liked_by(self, user: SignedInUser, cursor: str | None, limit: int) -> Page[ShelfRow]:
        """What the user likes, the latest like first. Raises InvalidInput for a foreign cursor."""
        after = decode_cursor(cursor, CURSOR_SCOPE)
        rows = await self._shelf.liked_by(user.id, after[0] if after else None, limit + 1)
        found = page_of(rows, limit, CURSOR_SCOPE, lambda row: [row[0]])
        return Page([row for _, row in found.items], found.next_cursor)

    async def categories(self) -> list[dict[str, str]]:
        """Every category's `slug`, `name` and `name_en`, in the menu's order."""
        return await self._shelf.categories()

    async def check(self, filters: Filters) -> None:
        """Raises InvalidInput for an unknown category."""
        if filters.category and not await self._shelf.has_category(filters.category):
            raise no_such_category()


def no_such_category() -> InvalidInput:
    return InvalidInput(FieldError("category", N_("There is no such category.")))


def _to_try(
    stages: list[Stage], keys: list[int] | None
) -> Iterator[tuple[int, Stage, list[int] | None]]:
    """The number, the stage, and the keys after which it continues, for each stage left to try.
    The first key of a cursor is its stage; after a first page the last resort is not tried. Raises
    InvalidInput for an unknown stage."""
    if keys is None:
        yield from ((number, stage, None) for number, stage in enumerate(stages))
        return
    first, *after = keys
    if not 0 <= first < len(stages):
        raise unknown_cursor()
    yield first, stages[first], after
    yield from (
        (number, stages[number], None) for number in range(first + 1, min(len(stages), LAST_RESORT))
    )


def _keys(order: SortOrder, found: tuple[int, ShelfRow]) -> list[int]:
    number, row = found
    return [number, *order.keys_of(row)]
