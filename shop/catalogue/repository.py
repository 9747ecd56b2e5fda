"""What the shelf shows of products: one query for a page of them, whoever looks."""

from typing import Any, Literal, NamedTuple

import msgspec

from shop.catalogue.search import Part, Reading
from shop.frozen import frozen
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
    """How a list is sorted, and the condition on rows that come after given keys.

    `source` is as few tables as that takes, so that an index with this order can be walked.
    """

    by: str
    after: str
    keys: tuple[str, ...]
    source: str = "products p"


ORDERS: dict[Sort, Order] = {
    "newest": Order("p.id DESC", "p.id < {}", ("id",)),
    "price_asc": Order("p.price, p.id", "(p.price, p.id) > ({}, {})", ("price", "id")),
    "price_desc": Order("p.price DESC, p.id DESC", "(p.price, p.id) < ({}, {})", ("price", "id")),
    "likes": Order(
        "c.like_count DESC, c.product DESC",
        "(c.like_count, c.product) < ({}, {})",
        ("like_count", "id"),
        "like_counters c JOIN products p ON p.id = c.product",
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


class Shown(NamedTuple):
    """A list of products on sale: its category's slug, or empty, its order, and behind which keys
    it goes on."""

    category: str
    sort: Sort
    after: list[int] | None

    def goods(self, most: int, found: Part | None = None, what: str = "p.*") -> Part:
        """The first `most` of the list, or of what `found` has the ids of."""
        order, args = ORDERS[self.sort], list[object]()
        sql = f"SELECT {what} FROM {order.source} WHERE p.active"  # noqa: S608
        if self.category:
            sql += " AND p.category = (SELECT id FROM categories WHERE slug = {})"
            args.append(self.category)
        if self.after is not None:
            # Of what was found no index of the list shall be walked: `IS TRUE` keeps it out.
            sql += f" AND ({order.after}) IS TRUE" if found else f" AND {order.after}"
            args += self.after
        if found:
            # As an array, so that the ids come first, however many PostgreSQL guesses they are; and
            # unnested, for it would look an id up in an array from its beginning, each time.
            sql += f" AND p.id IN (SELECT unnest(ARRAY({found.sql})))"
            args += found.args
        return Part(f"{sql} ORDER BY {order.by} LIMIT {{}}", [*args, most])

    def near(self, reading: Reading, most: int) -> Part:
        """The ids of what the reading finds at the beginning of the list, without the index."""
        goods = self.goods(most * reading.near, what="p.id")
        sql = f"SELECT p.id FROM ({goods.sql}) p WHERE {reading.check.sql}"  # noqa: S608
        return Part(sql, [*goods.args, *reading.check.args])


class ShelfRepository:
    async def shelf(
        self, shown: Shown, reading: Reading | None, limit: int, viewer_id: int | None
    ) -> list[ShelfRow]:
        """Products on sale, in their order, that the reading finds; all of them without one.

        A word that many products hold is found near the beginning; the index would fetch them all
        only to sort them. A word that few hold is what the index is for.
        """
        if reading is None:
            return await self._shelf(shown.goods(limit), shown.sort, viewer_id)
        near = shown.near(reading, limit)
        rows = await self._shelf(shown.goods(limit, near), shown.sort, viewer_id)
        if len(rows) < limit:
            rows = await self._shelf(shown.goods(limit, reading.held), shown.sort, viewer_id)
        return rows

    async def product(self, product_id: int, viewer_id: int | None) -> ShelfRow | None:
        rows = await _product(viewer_id or 0, product_id)
        return ShelfRow(**rows[0]) if rows else None

    async def others(
        self, category: str, product_id: int, viewer_id: int | None, limit: int
    ) -> list[ShelfRow]:
        """The newest of the same category, without the product itself."""
        rows = await _others(viewer_id or 0, category, product_id, limit)
        return [ShelfRow(**row) for row in rows]

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
        return await _categories()

    async def has_category(self, slug: str) -> bool:
        return bool(await Category.exists().where(Category.slug == slug))

    async def _shelf(self, goods: Part, sort: Sort, viewer_id: int | None) -> list[ShelfRow]:
        query = SHELF.replace("FROM products p", f"FROM ({goods.sql}) p", 1) + MY_LIKE
        query = f"{query} ORDER BY {ORDERS[sort].by}"
        return await self._rows(query, *goods.args, viewer_id or 0)

    async def _rows(self, query: str, *args: object) -> list[ShelfRow]:
        return [ShelfRow(**row) for row in await Product.raw(query, *args)]


@frozen
def _product(viewer_id: int, product_id: int) -> Any:
    query = SHELF + MY_LIKE + " WHERE p.active AND p.id = {}"
    return Product.raw(query, viewer_id, product_id)


@frozen
def _others(viewer_id: int, category: str, product_id: int, limit: int) -> Any:
    where = " WHERE p.active AND g.slug = {} AND p.id <> {} ORDER BY p.id DESC LIMIT {}"
    return Product.raw(SHELF + MY_LIKE + where, viewer_id, category, product_id, limit)


@frozen
def _categories() -> Any:
    columns = (Category.slug, Category.name, Category.name_en)
    return Category.select(*columns).order_by(Category.position, Category.id)
