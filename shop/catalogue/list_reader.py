"""Reads one page of a list of products: by filters, in stages if it is a search."""

from collections.abc import Iterator, Sequence
from functools import partial

from shop.catalogue.filters import Filters
from shop.catalogue.lists import SORT_ORDERS, ListQuery, SortOrder
from shop.catalogue.repository import ShelfRepository
from shop.catalogue.rows import FacetValues, ShelfRow
from shop.catalogue.search import SearchStrategy
from shop.catalogue.stages import LAST_RESORT, Source, Stage, stages_of
from shop.catalogue.synonym_repository import SynonymRepository
from shop.catalogue.synonyms import NONE
from shop.identity import SignedInUser
from shop.paging import Page, decode_cursor, page_of, unknown_cursor
from shop.products.facets import CATEGORY, Choice


class ListReader:
    def __init__(self, repository: ShelfRepository) -> None:
        self._shelf = repository
        self._synonyms = SynonymRepository()

    async def page(
        self,
        filters: Filters,
        cursor: str | None,
        limit: int,
        viewer: SignedInUser | None,
        categories: FacetValues | None = None,
    ) -> Page[ShelfRow]:
        """A page of products on sale. `categories`, if given, saves reading them. Raises
        InvalidInput for a cursor of another list."""
        if categories is None:
            categories = await self._shelf.values(CATEGORY) if filters.q else []
        synonyms = await self._synonyms.all() if filters.q else NONE
        stages = stages_of(filters.q, categories, filters.category, filters.sort, synonyms)
        order = SORT_ORDERS[filters.sort]
        keys = decode_cursor(cursor, filters.list_name, 1 + len(order.keys))
        found: list[tuple[int, ShelfRow]] = []
        for number, stage, after in _to_try(stages, keys, filters.start):
            if len(found) > limit or (found and number >= LAST_RESORT):
                break
            rows = await self._found(filters, after, stage, limit + 1, viewer)
            found += [(number, row) for row in rows]
        page = page_of(found, limit, filters.list_name, partial(_keys, order))
        return Page([row for _, row in page.items], page.next_cursor)

    async def _found(
        self,
        filters: Filters,
        after: list[int] | None,
        stage: Stage,
        limit: int,
        viewer: SignedInUser | None,
    ) -> list[ShelfRow]:
        """The first `limit` products that a source of the stage finds, in the list's order."""
        found: dict[int, ShelfRow] = {}
        for source in stage:
            for choice, strategy in _lists(filters.choices, source):
                query = ListQuery(choice, filters.sort, after)
                viewer_id = viewer.id if viewer else None
                rows = await self._shelf.shelf(query, strategy, limit, viewer_id)
                found |= {row.id: row for row in rows}
        order = ListQuery(None, filters.sort, after).order
        return sorted(found.values(), key=order.keys_of, reverse=order.descending)[:limit]


def _lists(
    choices: Sequence[Choice], source: Source
) -> Iterator[tuple[Choice | None, SearchStrategy]]:
    """The lists that a source reads, each by the choice whose index holds it; other choices are
    conditions of its search."""
    firsts: Sequence[Choice | None]
    firsts = [Choice(CATEGORY, slug) for slug in source.slugs] or choices[:1] or [None]
    for first in firsts:
        strategy = source.strategy
        for facet, slug in choices:
            if first and facet != first.facet:
                strategy = strategy.among(facet, [slug])
        yield first, strategy


def _to_try(
    stages: list[Stage], keys: list[int] | None, start: list[int] | None
) -> Iterator[tuple[int, Stage, list[int] | None]]:
    """The number, the stage, and the keys after which it continues, for each stage left to try;
    a stage begins after `start`. The first key of a cursor is its stage; after a first page the
    last resort is not tried. Raises InvalidInput for an unknown stage."""
    if keys is None:
        yield from ((number, stage, start) for number, stage in enumerate(stages))
        return
    first, *after = keys
    if not 0 <= first < len(stages):
        raise unknown_cursor()
    yield first, stages[first], after
    yield from (
        (number, stages[number], start)
        for number in range(first + 1, min(len(stages), LAST_RESORT))
    )


def _keys(order: SortOrder, found: tuple[int, ShelfRow]) -> list[int]:
    number, row = found
    return [number, *order.keys_of(row)]
