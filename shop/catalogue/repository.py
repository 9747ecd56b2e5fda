"""What the shelf shows of products: one query for a page of them, whoever looks."""

from typing import Literal, NamedTuple

import msgspec

from shop.catalogue.search import EVERYTHING, Reading
from shop.database import transactional
from shop.products.tables import Category, Product

Sort = Literal["newest", "price_asc", "price_desc", "likes"]


class ShelfRow(msgspec.Struct, frozen=True):
    """A product as the shelf shows it to one viewer. Price in points, stock in items."""

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


class Order(NamedTuple):
    """How a list is sorted, and the condition on rows that come after given keys."""

    by: str
    after: str
    keys: tuple[str, ...]


ORDERS: dict[Sort, Order] = {
    "newest": Order("p.id DESC", "p.id < {}", ("id",)),
    "price_asc": Order("p.price, p.id", "(p.price, p.id) > ({}, {})", ("price", "id")),
    "price_desc": Order("p.price DESC, p.id DESC", "(p.price, p.id) < ({}, {})", ("price", "id")),
    "likes": Order(
        "c.like_count DESC, c.product DESC",
        "(c.like_count, c.product) < ({}, {})",
        ("like_count", "id"),
    ),
}

# By hand, because Piccolo joins along foreign keys only, and these meet at the product from three
# sides: as its own queries this page would be four of them.
SHELF = """
    SELECT p.id, p.name, p.name_en, p.description, p.description_en, p.price, p.picture,
           g.slug AS category, s.quantity AS stock, c.like_count,
           l.id IS NOT NULL AS liked
    FROM products p
    JOIN categories g ON g.id = p.category
    JOIN stocks s ON s.product = p.id
    JOIN like_counters c ON c.product = p.id
"""
MY_LIKE = ' LEFT JOIN likes l ON l.product = p.id AND l."user" = {}'
MY_LIKES = ' JOIN likes l ON l.product = p.id AND l."user" = {}'


class ShelfRepository:
    async def shelf(
        self,
        reading: Reading,
        category: str | None,
        sort: Sort,
        after: list[int] | None,
        limit: int,
        viewer_id: int | None,
    ) -> list[ShelfRow]:
        """Products on sale that the reading finds, from behind the keys `after`."""
        query = f"{SHELF}{MY_LIKE} WHERE p.active AND {reading.condition}"
        args: list[object] = [viewer_id or 0, *reading.args]
        if category:
            query, args = query + " AND g.slug = {}", [*args, category]
        order = ORDERS[sort]
        if after is not None:
            query, args = f"{query} AND {order.after}", [*args, *after]
        query = f"{query} ORDER BY {order.by} LIMIT {{}}"
        if reading == EVERYTHING:
            return await self._rows(query, *args, limit)
        return await self._search(query, *args, limit)

    async def product(self, product_id: int, viewer_id: int | None) -> ShelfRow | None:
        query = SHELF + MY_LIKE + " WHERE p.active AND p.id = {}"
        rows = await self._rows(query, viewer_id or 0, product_id)
        return rows[0] if rows else None

    async def others(
        self, category: str, product_id: int, viewer_id: int | None, limit: int
    ) -> list[ShelfRow]:
        """The newest of the same category, without the product itself."""
        query = (
            SHELF
            + MY_LIKE
            + (" WHERE p.active AND g.slug = {} AND p.id <> {} ORDER BY p.id DESC LIMIT {}")
        )
        return await self._rows(query, viewer_id or 0, category, product_id, limit)

    async def liked_by(
        self, user_id: int, after: int | None, limit: int
    ) -> list[tuple[int, ShelfRow]]:
        """What the user likes, the latest first, each with its like's id, from below `after`."""
        query = SHELF.replace("SELECT", "SELECT l.id AS like_id,", 1) + MY_LIKES
        query, args = query + " WHERE p.active", [user_id]
        if after is not None:
            query, args = query + " AND l.id < {}", [*args, after]
        rows = await Product.raw(query + " ORDER BY l.id DESC LIMIT {}", *args, limit)
        return [(row.pop("like_id"), ShelfRow(**row)) for row in rows]

    async def categories(self) -> list[dict[str, str]]:
        rows: list[dict[str, str]] = await Category.select(
            Category.slug, Category.name, Category.name_en
        ).order_by(Category.position, Category.id)
        return rows

    async def has_category(self, slug: str) -> bool:
        return bool(await Category.exists().where(Category.slug == slug))

    @transactional
    async def _search(self, query: str, *args: object) -> list[ShelfRow]:
        """Planned for these very words: a plan for any word would take a rare one for common."""
        await Product.raw("SET LOCAL plan_cache_mode = force_custom_plan")
        return await self._rows(query, *args)

    async def _rows(self, query: str, *args: object) -> list[ShelfRow]:
        return [ShelfRow(**row) for row in await Product.raw(query, *args)]
