"""What the shelf shows of products: one query for a page of them, whoever looks."""

from typing import Any

import msgspec

from shop.catalogue.lists import ORDERS, Shown, Sort
from shop.catalogue.search import Part, Reading, all_of
from shop.database import DB
from shop.paging import MAX_INT
from shop.prepared import compile_once
from shop.products.tables import Category, Product


class ShelfRow(msgspec.Struct, frozen=True):
    """A product as the shelf shows it to one viewer. Price in points, stock in items, at most as
    many as the repository counts."""

    id: int
    name: str
    name_en: str
    description: str
    description_en: str
    price: int
    picture: str | None
    category: str
    stock: int
    like_count: int
    liked: bool


# By hand, because Piccolo joins along foreign keys only, and these meet at the product from three
# sides: as its own queries this page would be four of them.
COLUMNS = """
    p.id, p.name, p.name_en, p.description, p.description_en, p.price, p.picture,
    g.slug AS category, least(s.quantity, {}) AS stock, c.like_count
"""
# Looked up product by product: joined, all that the viewer likes might be read for one page.
LIKED = '(SELECT id FROM likes WHERE "user" = {} AND product = p.id) IS NOT NULL AS liked'
JOINS = """
    JOIN categories g ON g.id = p.category
    JOIN stocks s ON s.product = p.id
    JOIN like_counters c ON c.product = p.id
"""

FEW = 5
"""Pages say how many items are left from here on."""
FURTHER = 10
"""How many times as far a search walks along a list that begins with some of what it looks for."""


class ShelfRepository:
    """Counts stock up to `max_stock` items: what does not show more does not change with it, and
    stays valid in the page cache while a product sells."""

    def __init__(self, max_stock: int = MAX_INT) -> None:
        self._max_stock = max_stock

    async def shelf(
        self, shown: Shown, reading: Reading, limit: int, viewer_id: int | None
    ) -> list[ShelfRow]:
        """Products on sale, in their order, that the reading finds.

        A word that many products hold is found near the beginning of the list; the index would
        fetch them all only to sort them. A word that few hold is what the index is for.
        """
        if reading.held is None:
            goods = shown.goods(limit, where=reading.but)
            return await self._shelf(goods, shown.sort, viewer_id)
        for near in (reading.near // FURTHER, reading.near):
            found = shown.near(all_of([reading.check, reading.but]), near, limit)
            rows = await self._shelf(shown.goods(limit, found), shown.sort, viewer_id)
            if len(rows) >= limit:
                return rows
            if len(rows) * FURTHER < limit:
                break  # at this rate the page would not be full further on either
        goods = shown.goods(limit, reading.held, where=reading.but)
        return await self._shelf(goods, shown.sort, viewer_id)

    async def product(self, product_id: int, viewer_id: int | None) -> ShelfRow | None:
        rows = await _product(self._max_stock, viewer_id or 0, product_id)
        return ShelfRow(**rows[0]) if rows else None

    async def others(
        self, category: str, product_id: int, viewer_id: int | None, limit: int
    ) -> list[ShelfRow]:
        """The newest of the same category, without the product itself."""
        newest = Shown(category, "newest", None).goods(limit + 1)
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
        # By the user first, though it is one: no other index is in this order.
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

    async def _shelf(self, goods: Part, sort: Sort, viewer_id: int | None) -> list[ShelfRow]:
        query = (
            f"SELECT {COLUMNS}, {LIKED} FROM ({goods.sql}) p {JOINS} "  # noqa: S608
            f"ORDER BY {ORDERS[sort].by}"
        )
        rows = await Product.raw(query, self._max_stock, viewer_id or 0, *goods.args)
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
