"""Which lists of products there are, and each as SQL that an index is in the order of."""

from typing import Any, Literal, NamedTuple

from shop.catalogue.search import TRUE, Part

Sort = Literal["newest", "price_asc", "price_desc", "likes"]


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

    def keys_of(self, row: Any) -> list[int]:
        """Where a row stands in the list."""
        return [getattr(row, key) for key in self.keys]

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

    def goods(
        self,
        most: int,
        found: Part | None = None,
        what: str = "p.*",
        where: Part = TRUE,
    ) -> Part:
        """The first `most` of the list, or of what `found` has the ids of, where `where` is true.

        `most` is written into the SQL: for a number that it does not know, PostgreSQL plans to read
        a tenth of everything.
        """
        order = self.order
        sql = f"SELECT {what} FROM {order.source} WHERE {order.first}.active AND {where.sql}"  # noqa: S608
        shelf, behind = self._shelf(order), self._behind(order)
        for part in filter(lambda part: part.sql, (shelf, behind)):
            # Of what was found no index of the list shall be walked: `IS TRUE` keeps it out.
            sql += f" AND ({part.sql}) IS TRUE" if found else f" AND {part.sql}"
        if found:
            # As an array, so that the ids come first, however many PostgreSQL guesses they are; and
            # unnested, for it would look an id up in an array from its beginning, each time.
            sql += f" AND p.id IN (SELECT unnest(ARRAY({found.sql})))"
        args = [*where.args, *shelf.args, *behind.args, *(found.args if found else [])]
        return Part(f"{sql} ORDER BY {order.by} LIMIT {most:d}", args)

    def _shelf(self, order: Order) -> Part:
        """That a product is in the category: from both sides, or behind a cursor from the one that
        the cursor is not on."""
        if not self.category:
            return Part("", [])
        signs = ["<=", ">="] if self.after is None else [">="] if order.down else ["<="]
        sql = " AND ".join(f"{order.first}.category {sign} {CATEGORY}" for sign in signs)
        return Part(sql, [self.category] * len(signs))

    def _behind(self, order: Order) -> Part:
        if self.after is None:
            return Part("", [])
        marks, args = ["{}" for _ in self.after], list[object](self.after)
        if self.category:
            marks, args = [CATEGORY, *marks], [self.category, *args]
        return Part(order.behind(", ".join(marks)), args)

    def near(self, check: Part, near: int, most: int) -> Part:
        """The ids of which the check is true among the first `near` of the list, without the index
        of words. It ends where there are enough of them."""
        what = ", ".join(dict.fromkeys(["p.id", *self.order.columns]))
        goods = self.goods(near, what=what)
        sql = (
            f"SELECT p.id FROM ({goods.sql}) p WHERE {check.sql} "  # noqa: S608
            f"ORDER BY {self.order.picked.by} LIMIT {most:d}"
        )
        return Part(sql, [*goods.args, *check.args])
