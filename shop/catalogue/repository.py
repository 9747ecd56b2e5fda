"""Lists of products, for guests and signed-in viewers: one query a page."""

from functools import partial
from typing import Any

import msgspec

from shop.catalogue.lists import SORT_ORDERS, ListQuery
from shop.catalogue.rows import (
    COLUMNS,
    JOINS,
    LIKED,
    PICTURES,
    SALE,
    FacetValues,
    PictureRow,
    SaleRow,
    ShelfRow,
    shelf_row,
)
from shop.catalogue.search import SearchStrategy, SqlFragment, all_of
from shop.catalogue.tables import MOST
from shop.database import DB
from shop.paging import MAX_INT
from shop.prepared import compile_once
from shop.products.facets import CATEGORY, FACETS, Choice, Facet
from shop.products.tables import Product

NEWEST = SORT_ORDERS["newest"].by

FEW = 5
"""Pages show the number of items left if it is at most this."""
SCAN_GROWTH = 10
"""The second scan of a list reads this many times as many rows as the first."""


class ShelfRepository:
    """Reports stock up to `max_stock` items, so that a page that shows only that stays valid in the
    page cache while a product sells."""

    def __init__(self, max_stock: int = MAX_INT) -> None:
        self._max_stock = max_stock

    async def shelf(
        self, query: ListQuery, strategy: SearchStrategy, limit: int, viewer_id: int | None
    ) -> list[ShelfRow]:
        """Products on sale that the search finds, in the order of the list.

        A word that many products hold is found near the beginning of the list; the index would
        fetch all of them only to sort them. The index serves words that few products hold.
        """
        by = SORT_ORDERS[query.sort].by
        if strategy.index_query is None:
            products = query.select(limit, where=strategy.condition)
            return await self._shelf(products, by, viewer_id)
        for scan_limit in (strategy.scan_limit // SCAN_GROWTH, strategy.scan_limit):
            found = query.scan(
                all_of([strategy.row_predicate, strategy.condition]), scan_limit, limit
            )
            rows = await self._shelf(query.select(limit, found), by, viewer_id)
            if len(rows) >= limit:
                return rows
            if len(rows) * SCAN_GROWTH < limit:
                break  # at this rate the page would not be full further on either
        products = query.select(limit, strategy.index_query, where=strategy.condition)
        return await self._shelf(products, by, viewer_id)

    async def product(self, product_id: int, viewer_id: int | None) -> ShelfRow | None:
        rows = await _product(self._max_stock, self._max_stock, viewer_id or 0, product_id)
        if not rows:
            return None
        sale = {name: rows[0].pop(name) for name in SaleRow.__struct_fields__}
        pictures = msgspec.json.decode(rows[0].pop("pictures") or "[]", type=list[PictureRow])
        return msgspec.structs.replace(
            shelf_row(rows[0]), sale=SaleRow(**sale), pictures=tuple(pictures)
        )

    async def related_products(
        self, category: str, product_id: int, viewer_id: int | None, limit: int
    ) -> list[ShelfRow]:
        """The newest of the category, without this product."""
        newest = ListQuery(Choice(CATEGORY, category), "newest", None).select(limit + 1)
        rows = await self._shelf(newest, NEWEST, viewer_id)
        return [row for row in rows if row.id != product_id][:limit]

    async def chosen(self, product_ids: list[int]) -> list[ShelfRow]:
        """Those of these products that are on sale."""
        products = SqlFragment(
            "SELECT p.* FROM products p WHERE p.listed AND p.id = ANY({}::bigint[])", [product_ids]
        )
        return await self._shelf(products, NEWEST, None)

    async def best_of_week(self, limit: int) -> list[ShelfRow]:
        """PostgreSQL does not know that there are few; the LIMIT says it."""
        products = (
            f"SELECT p.*, b.score FROM (SELECT * FROM week_bests LIMIT {MOST:d}) b "  # noqa: S608
            "JOIN products p ON p.id = b.product "
            f"WHERE p.listed ORDER BY b.score DESC, p.id DESC LIMIT {limit:d}"
        )
        return await self._shelf(SqlFragment(products, []), "p.score DESC, p.id DESC", None)

    async def category_of_withdrawn(self, product_id: int) -> str | None:
        found = await Product.select(Product.category.slug.as_alias("slug")).where(
            Product.id == product_id, Product.active.eq(False)
        )
        return found[0]["slug"] if found else None

    async def liked_by(
        self, user_id: int, after: int | None, limit: int
    ) -> list[tuple[int, ShelfRow]]:
        """The user's liked products, the latest like first, each with its like's id, below
        `after`."""
        query = (
            f"SELECT l.id AS like_id, {COLUMNS}, true AS liked "  # noqa: S608
            f"FROM likes l JOIN products p ON p.id = l.product {JOINS} "
            'WHERE p.active AND l."user" >= {} AND l."user" <= {}'
        )
        args = [self._max_stock, self._max_stock, user_id, user_id]
        if after is not None:
            query, args = query + " AND l.id < {}", [*args, after]
        # Sorted by the user first, though there is one: only that index is in this order.
        query += f' ORDER BY l."user", l.id DESC LIMIT {limit:d}'
        rows = await Product.raw(query, *args)
        return [(row.pop("like_id"), shelf_row(row)) for row in rows]

    async def snapshot_and_likes(
        self, viewer_id: int, product_ids: list[int]
    ) -> tuple[str | None, frozenset[int]]:
        """What can be seen of the database now, as `DB.snapshot_id` has it, and which of these
        products the viewer likes."""
        [row] = await _snapshot_and_likes(product_ids, viewer_id)
        return (None if DB.transaction_exists() else row["state"]), frozenset(row["liked"])

    async def values(self, facet: Facet) -> FacetValues:
        return await VALUES[facet.name]()

    async def has_value(self, choice: Choice) -> bool:
        table = choice.facet.table
        slug = table._meta.get_column_by_name("slug")
        return bool(await table.exists().where(slug == choice.slug))

    async def _shelf(self, products: SqlFragment, by: str, viewer_id: int | None) -> list[ShelfRow]:
        sql = (
            f"SELECT {COLUMNS}, {LIKED} FROM ({products.sql}) p {JOINS} "  # noqa: S608
            f"ORDER BY {by}"
        )
        rows = await Product.raw(
            sql, self._max_stock, self._max_stock, viewer_id or 0, *products.args
        )
        return [shelf_row(row) for row in rows]


@compile_once
def _product(max_stock: int, option_stock: int, viewer_id: int, product_id: int) -> Any:
    columns = f"{COLUMNS}, {LIKED}, {SALE}, {PICTURES} AS pictures"
    query = f"SELECT {columns} FROM products p {JOINS} WHERE p.active AND p.id = {{}}"  # noqa: S608
    return Product.raw(query, max_stock, option_stock, viewer_id, product_id)


@compile_once
def _snapshot_and_likes(product_ids: list[int], viewer_id: int) -> Any:
    return Product.raw(
        """
        SELECT pg_current_snapshot()::text AS state, ARRAY(
            SELECT p.id FROM unnest({}::bigint[]) AS p (id)
            WHERE (SELECT id FROM likes WHERE "user" = {} AND product = p.id) IS NOT NULL
        ) AS liked
        """,
        product_ids,
        viewer_id,
    )


def _values(facet: Facet) -> Any:
    query = facet.table.select("slug", "name", "name_en")
    return query.order_by("position").order_by("id")


VALUES = {facet.name: compile_once(partial(_values, facet)) for facet in FACETS}
