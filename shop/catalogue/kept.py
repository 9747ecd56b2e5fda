"""Lists that all users see alike, kept for as long as they are true.

A list is true while nothing has been committed since before it was read (see `shop/web/guests.py`).
Here that is asked at each request, together with what the viewer likes: so nothing is seen late,
and nothing of a viewer is kept.
"""

from collections.abc import Awaitable, Callable, Hashable
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec

from shop.catalogue.repository import ShelfRepository, ShelfRow
from shop.paging import Page
from shop.web.lru import BoundedCache

MOST_KEPT = 8 * 2**20  # bytes a process keeps, of lists of about 30 KB


class Shelf(NamedTuple):
    """A page of a list, and the menu of categories beside it."""

    products: Page[ShelfRow]
    categories: list[dict[str, str]]

    def liked(self, product_ids: AbstractSet[int]) -> "Shelf":
        """The same to somebody who likes these products, and no other on it."""
        rows = [_liked(row, row.id in product_ids) for row in self.products.items]
        return self._replace(products=Page(rows, self.products.next_cursor))


class Kept(NamedTuple):
    state: str | None
    shelf: Shelf


NOTHING = Kept(None, Shelf(Page([]), []))


class KeptShelves:
    def __init__(self, repository: ShelfRepository) -> None:
        self._repository = repository
        self._kept: BoundedCache[Kept] = BoundedCache(MOST_KEPT)

    async def get(
        self, key: Hashable, viewer_id: int, load: Callable[[], Awaitable[Shelf]]
    ) -> Shelf:
        """The shelf of this key as the viewer sees it; `load` reads it as they do."""
        kept = self._kept.get(key) or NOTHING
        on_it = [row.id for row in kept.shelf.products.items]
        state, liked = await self._repository.state_and_likes(viewer_id, on_it)
        if state is not None and state == kept.state:
            return kept.shelf.liked(liked)
        shelf = await load()
        if state is not None:
            self._kept.put(key, Kept(state, shelf.liked(frozenset())))
        return shelf


def _liked(row: ShelfRow, liked: bool) -> ShelfRow:
    return row if row.liked == liked else msgspec.structs.replace(row, liked=liked)
