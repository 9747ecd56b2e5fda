"""Browsing: product lists by facet, search and order; one product; liked products."""

from collections.abc import Awaitable, Callable, Hashable

from shop.catalogue.filters import Filters
from shop.catalogue.home_rows import list_of
from shop.catalogue.list_cache import ListCache, ProductList
from shop.catalogue.list_reader import ListReader
from shop.catalogue.repository import ShelfRepository
from shop.catalogue.rows import FacetValues, ShelfRow
from shop.catalogue.search import EVERYTHING
from shop.catalogue.stages import categories_named
from shop.identity import NOTHING, Known, SignedInUser
from shop.paging import MAX_INT, Page, decode_cursor, page_of
from shop.products.errors import ProductNotFound, UnknownValue
from shop.products.facets import CATEGORY, FACETS
from shop.products.purchases import Buyer, PurchaseRepository
from shop.site import HomeRow

CURSOR_SCOPE = "liked"


class CatalogueService:
    def __init__(self, repository: ShelfRepository) -> None:
        self._shelf = repository
        self._purchases = PurchaseRepository()
        self._reader = ListReader(repository)
        self._lists = ListCache(repository)

    async def browse(
        self,
        filters: Filters,
        cursor: str | None,
        limit: int,
        viewer: SignedInUser | None,
        known: Known = NOTHING,
    ) -> ProductList:
        """A page of products on sale, and the menus. Raises UnknownValue for one of a facet, and
        InvalidInput for a cursor of another list.

        Lists are cached, except for guests, whose pages are cached whole, for searches, and for
        what one viewer's points can buy.
        """

        async def load() -> ProductList:
            menus = await self.menus()
            for facet, slug in filters.choices:
                if slug not in {value["slug"] for value in menus[facet.name]}:
                    raise UnknownValue(facet)
            found = await self._reader.page(filters, cursor, limit, viewer, menus[CATEGORY.name])
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
            return ProductList(await self._reader.page(filters, cursor, limit, viewer), {})

        if filters.q or filters.most is not None:
            return (await load()).products
        key = ("products", filters, cursor, limit)
        return (await self._cached(key, viewer, known, load)).products

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

    async def row_of_home(
        self, row: HomeRow, balance: int, limit: int, known: Known = NOTHING
    ) -> ProductList:
        """The products of a row of the home page; empty if the row shows no products."""

        async def load() -> ProductList:
            return ProductList(Page(await self._row_of_home(row, balance, limit)), {})

        key = ("home", row, balance if row.kind == "affordable" else 0, limit)
        return await self._lists.get_without_likes(key, known.snapshot, load)

    async def _row_of_home(self, row: HomeRow, balance: int, limit: int) -> list[ShelfRow]:
        if row.kind == "products":
            return await self.chosen([int(text) for text in row.value.split(",")])
        if row.kind == "best":
            return await self._shelf.best_of_week(limit)
        query = list_of(row, balance)
        return await self._shelf.shelf(query, EVERYTHING, limit, None) if query else []

    async def chosen(self, ids: list[int]) -> list[ShelfRow]:
        """Those of these products that are in lists, in this order, without likes."""
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
        found = await self._reader.page(Filters(text), None, limit, viewer, categories)
        return [value for value in categories if value["slug"] in slugs], found.items

    async def menus(self) -> dict[str, FacetValues]:
        """The values of each facet, by its name."""
        return {facet.name: await self._shelf.values(facet) for facet in FACETS}

    async def check(self, filters: Filters) -> None:
        """Raises UnknownValue."""
        for choice in filters.choices:
            if not await self._shelf.has_value(choice):
                raise UnknownValue(choice.facet)
