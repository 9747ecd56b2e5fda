"""Lists of products, for guests and signed-in viewers: one query a page."""

from typing import Any

import msgspec

from shop.catalogue.lists import SORT_ORDERS, ListQuery, Sort
from shop.catalogue.search import SearchStrategy, SqlFragment, all_of
from shop.database import DB
from shop.paging import MAX_INT
from shop.prepared import compile_once
from shop.products.delivery import Delivery
from shop.products.tables import Category, Product


class ShelfRow(msgspec.Struct, frozen=True):
    """A product in a list, for one viewer. Price in points; stock in items, at most the
    repository's `max_stock`."""

    id: int
    name: str
    name_en: str
    description: str
    description_en: str
    price: int
    picture: str | None
    delivery: Delivery
    category: str
    stock: int
    like_count: int
    liked: bool


# Raw SQL, because Piccolo joins along foreign keys only, and three of these tables refer to the
# product: with its queries a page would take four.
COLUMNS = """
    p.id, p.name, p.name_en, p.description, p.description_en, p.price, p.picture,
    p.delivery,    g.slug AS category, least(s.quantity, {}) AS stock, c.like_count
"""
# A subquery for each product: a join might read all likes of the viewer for one page.
LIKED = '(SELECT id FROM likes WHERE "user" = {} AND product = p.id) IS NOT NULL AS liked'
JOINS = """
    JOIN categories g ON g.id = p.category
    JOIN stocks s ON s.product = p.id
    JOIN like_counters c ON c.product = p.id
"""

FEW = 5
"""Pages show the number of items left if it is at most this."""
SCAN_GROWTH = 10
"""The second scan of a list reads this many times as many rows as the first."""


class ShelfRepository:
    """Reports stock up to `max_stock` items, so that a page that shows no more stays valid in the
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
        if strategy.index_query is None:
            products = query.select(limit, where=strategy.condition)
            return await self._shelf(products, query.sort, viewer_id)
        for scan_limit in (strategy.scan_limit // SCAN_GROWTH, strategy.scan_limit):
            found = query.scan(
                all_of([strategy.row_predicate, strategy.condition]), scan_limit, limit
            )
            rows = await self._shelf(query.select(limit, found), query.sort, viewer_id)
            if len(rows) >= limit:
                return rows
            if len(rows) * SCAN_GROWTH < limit:
                break  # at this rate the page would not be full further on either
        products = query.select(limit, strategy.index_query, where=strategy.condition)
        return await self._shelf(products, query.sort, viewer_id)

    async def product(self, product_id: int, viewer_id: int | None) -> ShelfRow | None:
        rows = await _product(self._max_stock, viewer_id or 0, product_id)
        return ShelfRow(**rows[0]) if rows else None

    async def related_products(
        self, category: str, product_id: int, viewer_id: int | None, limit: int
    ) -> list[ShelfRow]:
        """The newest of the category, without this product."""
        newest = ListQuery(category, "newest", None).select(limit + 1)
        rows = await self._shelf(newest, "newest", viewer_id)
        return [row for row in rows if row.id != product_id][:limit]

    async def liked_by(
        self, user_id: int, after: int | None, limit: int
    ) -> list[tuple[int, ShelfRow]]:
        """What the user likes, the latest first, each with its like's id, from below `after`."""
        query = (
            f"SELECT l.id AS like_id, {COLUMNS}, true AS liked "  # noqa: S608
            f"FROM likes l JOIN products p ON p.id = l.product {JOINS} "
            'WHERE p.active AND l."user" >= {} AND l."user" <= {}'
        )
        args = [self._max_stock, user_id, user_id]
        if after is not None:
            query, args = query + " AND l.id < {}", [*args, after]
        # Sorted by the user first, though there is one: only that index is in this order.
        query += f' ORDER BY l."user", l.id DESC LIMIT {limit:d}'
        rows = await Product.raw(query, *args)
        return [(row.pop("like_id"), ShelfRow(**row)) for row in rows]

    async def snapshot_and_likes(
        self, viewer_id: int, product_ids: list[int]
    ) -> tuple[str | None, set[int]]:
        """What can be seen of the database now, as `DB.snapshot_id` has it, and which of these
        products the viewer likes."""
        [row] = await _snapshot_and_likes(product_ids, viewer_id)
        return (None if DB.transaction_exists() else row["state"]), set(row["liked"])

    async def categories(self) -> list[dict[str, str]]:
        return await _categories()

    async def has_category(self, slug: str) -> bool:
        return bool(await Category.exists().where(Category.slug == slug))

    async def _shelf(
        self, products: SqlFragment, sort: Sort, viewer_id: int | None
    ) -> list[ShelfRow]:
        sql = (
            f"SELECT {COLUMNS}, {LIKED} FROM ({products.sql}) p {JOINS} "  # noqa: S608
            f"ORDER BY {SORT_ORDERS[sort].by}"
        )
        rows = await Product.raw(sql, self._max_stock, viewer_id or 0, *products.args)
        return [ShelfRow(**row) for row in rows]


@compile_once
def _product(max_stock: int, viewer_id: int, product_id: int) -> Any:
    query = f"SELECT {COLUMNS}, {LIKED} FROM products p {JOINS} WHERE p.active AND p.id = {{}}"  # noqa: S608
    return Product.raw(query, max_stock, viewer_id, product_id)


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


@compile_once
def _categories() -> Any:
    columns = (Category.slug, Category.name, Category.name_en)
    return Category.select(*columns).order_by(Category.position, Category.id)
