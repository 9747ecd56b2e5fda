"""Cache of products and their lists for signed-in users, without their likes.

A list is valid while the database's snapshot is the one it was read from (see
`shop/web/cache/pages.py`). Each request has read that with its session, or else reads it in the
query for the viewer's likes: so no change is shown late, and nothing of a user is cached.
"""

from collections.abc import Awaitable, Callable, Hashable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec

from shop.catalogue.repository import ShelfRepository
from shop.catalogue.rows import FacetValues, ShelfRow
from shop.identity import NOTHING, Known
from shop.paging import Page
from shop.web.cache.lru import BoundedCache

MAX_CACHE_BYTES = 8 * 2**20  # bytes a process keeps, of lists of about 30 KB


class ProductList(NamedTuple):
    """A page of a list, and the menu of each facet beside it, by name."""

    products: Page[ShelfRow]
    menus: dict[str, FacetValues]

    def liked(self, product_ids: AbstractSet[int]) -> "ProductList":
        """The same page for a user who likes these of its products."""
        rows = [_liked(row, row.id in product_ids) for row in self.products.items]
        return self._replace(products=Page(rows, self.products.next_cursor))


class CachedList(NamedTuple):
    state: str | None
    shelf: ProductList


EMPTY = CachedList(None, ProductList(Page([]), {}))


class ListCache:
    def __init__(self, repository: ShelfRepository) -> None:
        self._repository = repository
        self._entries: BoundedCache[CachedList] = BoundedCache(MAX_CACHE_BYTES)

    async def get(
        self,
        key: Hashable,
        viewer_id: int,
        load: Callable[[], Awaitable[ProductList]],
        known: Known = NOTHING,
    ) -> ProductList:
        """The shelf of this key as the viewer sees it; `load` reads it as they do. `known`: what
        this request has read of the viewer."""
        cached = self._entries.get(key) or EMPTY
        state, liked = known.snapshot, known.likes
        if state is None or (state == cached.state and liked is None):
            on_it = [row.id for row in cached.shelf.products.items]
            state, liked = await self._repository.snapshot_and_likes(viewer_id, on_it)
        if liked is not None and state is not None and state == cached.state:
            return cached.shelf.liked(liked)
        shelf = await load()
        if state is not None:
            self._entries.put(key, CachedList(state, shelf.liked(frozenset())))
        return shelf


def _liked(row: ShelfRow, liked: bool) -> ShelfRow:
    return row if row.liked == liked else msgspec.structs.replace(row, liked=liked)
