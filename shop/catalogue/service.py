"""Browsing: product lists by facet, search and order; one product; liked products."""

from collections.abc import Awaitable, Callable, Hashable, Iterator, Sequence
from functools import partial

from shop.catalogue.filters import Filters
from shop.catalogue.list_cache import ListCache, ProductList
from shop.catalogue.lists import SORT_ORDERS, ListQuery, SortOrder
from shop.catalogue.repository import FacetValues, ShelfRepository, ShelfRow
from shop.catalogue.search import EVERYTHING, SearchStrategy
from shop.catalogue.stages import LAST_RESORT, Source, Stage, categories_named, stages_of
from shop.catalogue.synonym_repository import SynonymRepository
from shop.catalogue.synonyms import NONE
from shop.errors import FieldError, InvalidInput
from shop.identity import NOTHING, Known, SignedInUser
from shop.paging import MAX_INT, Page, decode_cursor, page_of, unknown_cursor
from shop.products.errors import ProductNotFound
from shop.products.facets import CATEGORY, FACETS, Choice, Facet
from shop.products.purchases import Buyer, PurchaseRepository
from shop.site import HomeRow

CURSOR_SCOPE = "liked"


class CatalogueService:
    def __init__(self, repository: ShelfRepository) -> None:
        self._shelf = repository
        self._purchases = PurchaseRepository()
        self._synonyms = SynonymRepository()
        self._lists = ListCache(repository)

    async def browse(
        self,
        filters: Filters,
        cursor: str | None,
        limit: int,
        viewer: SignedInUser | None,
        known: Known = NOTHING,
    ) -> ProductList:
        """A page of products on sale, and the menus. Raises InvalidInput for an unknown value of a
        facet and for a cursor of another list.

        Lists are cached, except for guests, whose pages are cached whole, for searches, and for
        what one viewer's points can buy.
        """

        async def load() -> ProductList:
            menus = await self.menus()
            for facet, slug in filters.choices:
                if slug not in {value["slug"] for value in menus[facet.name]}:
                    raise no_such_value(facet)
            found = await self.shelf(filters, cursor, limit, viewer, menus[CATEGORY.name])
            return ProductList(found, menus)

        if viewer is None or filters.q or filters.most is not None:
            return await load()
        return await self._lists.get((filters, cursor, limit), viewer.id, load, known)

    async def products(
        self,
        filters: Filters,
        cursor: str | None,
        limit: int,
        viewer: SignedInUser | None,
        known: Known = NOTHING,
    ) -> Page[ShelfRow]:
        """As `browse`, without the menus."""

        async def load() -> ProductList:
            await self.check(filters)
            return ProductList(await self.shelf(filters, cursor, limit, viewer), {})

        if filters.q or filters.most is not None:
            return (await load()).products
        key = ("products", filters, cursor, limit)
        return (await self._cached(key, viewer, known, load)).products

    async def shelf(
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

    async def product(
        self, product_id: int, viewer: SignedInUser | None, known: Known = NOTHING
    ) -> ShelfRow:
        """Raises ProductNotFound."""

        async def load() -> ProductList:
            return ProductList(Page([await self._product(product_id, viewer)]), {})

        found = await self._cached(("product", product_id), viewer, known, load)
        return found.products.items[0]

    async def product_and_related(
        self, product_id: int, viewer: SignedInUser | None, known: Known = NOTHING
    ) -> ProductList:
        """The product, then the newest of its category, and the menus. Raises ProductNotFound."""

        async def load() -> ProductList:
            row = await self._product(product_id, viewer)
            rows = [row, *await self._related_products(row, viewer)]
            return ProductList(Page(rows), await self.menus())

        return await self._cached(("related", product_id), viewer, known, load)

    async def instead_of(
        self, product_id: int, viewer: SignedInUser | None
    ) -> list[ShelfRow] | None:
        """Up to four products to show in place of one that is no longer sold; None if no product
        ever had this id."""
        in_range = 0 < product_id <= MAX_INT
        category = await self._shelf.category_of_withdrawn(product_id) if in_range else None
        if category is None:
            return None
        viewer_id = viewer.id if viewer else None
        return await self._shelf.related_products(category, product_id, viewer_id, 4)

    async def _cached(
        self,
        key: Hashable,
        viewer: SignedInUser | None,
        known: Known,
        load: Callable[[], Awaitable[ProductList]],
    ) -> ProductList:
        """Cached only where that saves a query: the snapshot is known."""
        if viewer is None or known.snapshot is None:
            return await load()
        return await self._lists.get(key, viewer.id, load, known)

    async def _product(self, product_id: int, viewer: SignedInUser | None) -> ShelfRow:
        viewer_id = viewer.id if viewer else None
        in_range = 0 < product_id <= MAX_INT
        row = await self._shelf.product(product_id, viewer_id) if in_range else None
        if row is None:
            raise ProductNotFound(product_id)
        return row

    async def left_for(self, product: ShelfRow, viewer: SignedInUser | None) -> int | None:
        """How many items the viewer may still buy; None without a limit, and for guests."""
        sale = product.sale
        if viewer is None or sale is None or sale.person_limit is None:
            return None
        buyer = Buyer(viewer.id, product.id)
        bought = await self._purchases.bought({buyer: sale.limit_days})
        return max(sale.person_limit - bought[buyer], 0)

    async def _related_products(
        self, product: ShelfRow, viewer: SignedInUser | None, limit: int = 4
    ) -> list[ShelfRow]:
        viewer_id = viewer.id if viewer else None
        return await self._shelf.related_products(product.category, product.id, viewer_id, limit)

    async def liked_by(self, user: SignedInUser, cursor: str | None, limit: int) -> Page[ShelfRow]:
        """The user's liked products, the latest like first. Raises InvalidInput for a foreign
        cursor."""
        after = decode_cursor(cursor, CURSOR_SCOPE)
        rows = await self._shelf.liked_by(user.id, after[0] if after else None, limit + 1)
        found = page_of(rows, limit, CURSOR_SCOPE, lambda row: [row[0]])
        return Page([row for _, row in found.items], found.next_cursor)

    async def row_of_home(self, row: HomeRow, balance: int, limit: int) -> list[ShelfRow]:
        """The products of a row of the home page; empty if the row shows no products."""
        if row.kind == "products":
            return await self.chosen([int(text) for text in row.value.split(",")])
        if row.kind == "best":
            return await self._shelf.best_of_week(limit)
        query = _query_of(row, balance)
        return await self._shelf.shelf(query, EVERYTHING, limit, None) if query else []

    async def chosen(self, ids: list[int]) -> list[ShelfRow]:
        """Those of these products that are in lists, in this order, without anybody's likes."""
        found = {one.id: one for one in await self._shelf.chosen(ids)}
        return [found[id_] for id_ in ids if id_ in found]

    async def suggested(
        self, text: str, limit: int, viewer: SignedInUser | None
    ) -> tuple[FacetValues, list[ShelfRow]]:
        """Categories whose names match the text, and products that it finds; both empty for an
        empty text."""
        if not text.strip():
            return [], []
        categories = await self._shelf.values(CATEGORY)
        slugs = categories_named(text, categories)
        found = await self.shelf(Filters(text), None, limit, viewer, categories)
        return [value for value in categories if value["slug"] in slugs], found.items

    async def menus(self) -> dict[str, FacetValues]:
        """The values of each facet, by its name."""
        return {facet.name: await self._shelf.values(facet) for facet in FACETS}

    async def check(self, filters: Filters) -> None:
        """Raises InvalidInput for an unknown value of a facet."""
        for choice in filters.choices:
            if not await self._shelf.has_value(choice):
                raise no_such_value(choice.facet)


def _query_of(row: HomeRow, balance: int) -> ListQuery | None:
    match row.kind:
        case "new":
            return ListQuery(None, "newest", None)
        case "liked":
            return ListQuery(None, "likes", None)
        case "category":
            return ListQuery(Choice(CATEGORY, row.value), "likes", None)
        case "under":
            return ListQuery(None, "price_desc", [int(row.value) + 1, 0])
        case "affordable" if balance > 0:
            return ListQuery(None, "price_desc", [balance + 1, 0])
    return None


def no_such_value(facet: Facet) -> InvalidInput:
    return InvalidInput(FieldError(facet.name, facet.unknown))


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
