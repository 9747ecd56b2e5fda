"""Cache of products and their lists for signed-in users, without their likes.

A list is valid while the database's snapshot is the one it was read from (see
`shop/web/cache/pages.py`). Each request has read that with its session, or else reads it in the
query for the viewer's likes: so no change is shown late, and nothing of a user is cached. What
changes by time alone, such as a sale that is to begin, is not cached.
"""

import itertools
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
_numbers = itertools.count(1)


class ProductList(NamedTuple):
    """A page of a list, and the menu of each facet beside it, by name. `number`: equal without
    likes are those of a process with the same one; 0 if it was not cached."""

    products: Page[ShelfRow]
    menus: dict[str, FacetValues]
    number: int = 0

    @property
    def version(self) -> Hashable:
        """Equal for equal lists of a process; None if it was not cached."""
        liked = frozenset(row.id for row in self.products.items if row.liked)
        return (self.number, liked) if self.number else None

    @property
    def will_change(self) -> bool:
        """Whether time alone changes it, so that an equal snapshot does not prove it valid."""
        return any(row.sale is not None and row.sale.will_change for row in self.products.items)

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
        loaded = await load()
        if state is None or loaded.will_change:
            return loaded
        shelf = self._put(key, state, loaded.liked(frozenset()))
        return shelf.liked({row.id for row in loaded.products.items if row.liked})

    async def get_without_likes(
        self, key: Hashable, state: str | None, load: Callable[[], Awaitable[ProductList]]
    ) -> ProductList:
        """A list that shows no likes. `state`: the snapshot, if the request has read it."""
        cached = self._entries.get(key) or EMPTY
        if state is None or state != cached.state:
            loaded = await load()
            return loaded if state is None else self._put(key, state, loaded)
        return cached.shelf

    def _put(self, key: Hashable, state: str, loaded: ProductList) -> ProductList:
        """The list as it is cached: the same as before, with its number, if nothing has changed."""
        before = (self._entries.get(key) or EMPTY).shelf
        if before is EMPTY.shelf or loaded._replace(number=before.number) != before:
            before = loaded._replace(number=next(_numbers))
        self._entries.put(key, CachedList(state, before))
        return before


def _liked(row: ShelfRow, liked: bool) -> ShelfRow:
    return row if row.liked == liked else msgspec.structs.replace(row, liked=liked)
