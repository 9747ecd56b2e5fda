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
    """How a list is sorted: by `columns`, all of them up or all down.

    `source` is as few tables as that takes, so that an index with this order can be walked; `first`
    is the one that has the index, and knows the category and what is sold.
    """

    keys: tuple[str, ...]
    columns: tuple[str, ...]
    down: bool
    source: str = "products p"
    first: str = "p"

    @property
    def by(self) -> str:
        return ", ".join(f"{column} DESC" if self.down else column for column in self.columns)

    @property
    def picked(self) -> "Order":
        """The same of rows that were picked as `p`, with all that they are sorted by."""
        return self._replace(columns=tuple(f"p.{name.split('.')[1]}" for name in self.columns))

    def behind(self, keys: str) -> str:
        """The condition on rows that come after these keys."""
        return f"({', '.join(self.columns)}) {'<' if self.down else '>'} ({keys})"


ORDERS: dict[Sort, Order] = {
    "newest": Order(("id",), ("p.id",), down=True),
    "price_asc": Order(("price", "id"), ("p.price", "p.id"), down=False),
    "price_desc": Order(("price", "id"), ("p.price", "p.id"), down=True),
    "likes": Order(
        ("like_count", "id"),
        ("c.like_count", "c.product"),
        down=True,
        source="like_counters c JOIN products p ON p.id = c.product",
        first="c",
    ),
}
CATEGORY = "(SELECT id FROM categories WHERE slug = {})"

# By hand, because Piccolo joins along foreign keys only, and these meet at the product from three
# sides: as its own queries this page would be four of them.
COLUMNS = """
    p.id, p.name, p.name_en, p.description, p.description_en, p.price, p.picture,
    g.slug AS category, s.quantity AS stock, c.like_count
"""
# Looked up product by product: joined, all that the viewer likes might be read for one page.
LIKED = '(SELECT id FROM likes WHERE "user" = {} AND product = p.id) IS NOT NULL AS liked'
JOINS = """
    JOIN categories g ON g.id = p.category
    JOIN stocks s ON s.product = p.id
    JOIN like_counters c ON c.product = p.id
"""


class Shown(NamedTuple):
    """A list of products on sale: its category's slug, or empty, its order, and behind which keys
    it goes on."""

    category: str
    sort: Sort
    after: list[int] | None

    @property
    def order(self) -> Order:
        """A category's list has the category in front, so that only the category's index is in this
        order: PostgreSQL would walk the list of all products, past as many as are in the way."""
        order = ORDERS[self.sort]
        if not self.category:
            return order
        return order._replace(columns=(f"{order.first}.category", *order.columns))

    def goods(self, most: int, found: Part | None = None, what: str = "p.*") -> Part:
        """The first `most` of the list, or of what `found` has the ids of.

        `most` is written into the SQL: for a number that it does not know, PostgreSQL plans to read
        a tenth of everything.
        """
        order = self.order
        shelf, behind = self._shelf(order), self._behind(order)
        sql = f"SELECT {what} FROM {order.source} WHERE {order.first}.active{shelf.sql}"  # noqa: S608
        if behind.sql:
            # Of what was found no index of the list shall be walked: `IS TRUE` keeps it out.
            sql += f" AND ({behind.sql}) IS TRUE" if found else f" AND {behind.sql}"
        if found:
            # As an array, so that the ids come first, however many PostgreSQL guesses they are; and
            # unnested, for it would look an id up in an array from its beginning, each time.
            sql += f" AND p.id IN (SELECT unnest(ARRAY({found.sql})))"
        args = [*shelf.args, *behind.args, *(found.args if found else [])]
        return Part(f"{sql} ORDER BY {order.by} LIMIT {most:d}", args)

    def _shelf(self, order: Order) -> Part:
        """That a product is in the category: from both sides, or behind a cursor from the one that
        the cursor is not on."""
        if not self.category:
            return Part("", [])
        signs = ["<=", ">="] if self.after is None else [">="] if order.down else ["<="]
        sql = "".join(f" AND {order.first}.category {sign} {CATEGORY}" for sign in signs)
        return Part(sql, [self.category] * len(signs))

    def _behind(self, order: Order) -> Part:
        if self.after is None:
            return Part("", [])
        marks, args = ["{}" for _ in self.after], list[object](self.after)
        if self.category:
            marks, args = [CATEGORY, *marks], [self.category, *args]
        return Part(order.behind(", ".join(marks)), args)

    def near(self, reading: Reading, most: int) -> Part:
        """The ids of what the reading finds at the beginning of the list, without the index, which
        ends where there are enough of them."""
        what = ", ".join(dict.fromkeys(["p.id", *self.order.columns]))
        goods = self.goods(reading.near, what=what)
        sql = (
            f"SELECT p.id FROM ({goods.sql}) p WHERE {reading.check.sql} "  # noqa: S608
            f"ORDER BY {self.order.picked.by} LIMIT {most:d}"
        )
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
        args = [user_id, user_id]
        if after is not None:
            query, args = query + " AND l.id < {}", [*args, after]
        # By the user first, though it is one: no other index is in this order.
        query += f' ORDER BY l."user", l.id DESC LIMIT {limit:d}'
        rows = await Product.raw(query, *args)
        return [(row.pop("like_id"), ShelfRow(**row)) for row in rows]

    async def categories(self) -> list[dict[str, str]]:
        return await _categories()

    async def has_category(self, slug: str) -> bool:
        return bool(await Category.exists().where(Category.slug == slug))

    async def _shelf(self, goods: Part, sort: Sort, viewer_id: int | None) -> list[ShelfRow]:
        query = (
            f"SELECT {COLUMNS}, {LIKED} FROM ({goods.sql}) p {JOINS} "  # noqa: S608
            f"ORDER BY {ORDERS[sort].by}"
        )
        return await self._rows(query, viewer_id or 0, *goods.args)

    async def _rows(self, query: str, *args: object) -> list[ShelfRow]:
        return [ShelfRow(**row) for row in await Product.raw(query, *args)]


@frozen
def _product(viewer_id: int, product_id: int) -> Any:
    query = f"SELECT {COLUMNS}, {LIKED} FROM products p {JOINS} WHERE p.active AND p.id = {{}}"  # noqa: S608
    return Product.raw(query, viewer_id, product_id)


@frozen
def _categories() -> Any:
    columns = (Category.slug, Category.name, Category.name_en)
    return Category.select(*columns).order_by(Category.position, Category.id)
