"""The lists of products, each as SQL that an index can answer in its order."""

from typing import Any, Literal, NamedTuple

from shop.catalogue.search import TRUE, SqlFragment
from shop.products.facets import Choice

Sort = Literal["newest", "price_asc", "price_desc", "likes", "affordable"]
"""`affordable`: what the viewer's points can buy, the dearest first; for guests as `price_desc`."""


class SortOrder(NamedTuple):
    """How a list is sorted: by `columns`, all ascending or all descending.

    `source` has the tables that are needed to sort, and no others, so that an index in this order
    can be scanned. `first` is the one with that index; it has `listed` and each facet, too.
    """

    keys: tuple[str, ...]
    columns: tuple[str, ...]
    descending: bool
    source: str = "products p"
    first: str = "p"

    @property
    def by(self) -> str:
        return ", ".join(f"{column} DESC" if self.descending else column for column in self.columns)

    def keys_of(self, row: Any) -> list[int]:
        """The values that a row is sorted by, for a cursor."""
        return [getattr(row, key) for key in self.keys]

    @property
    def of_subquery(self) -> "SortOrder":
        """The same order for the rows of a subquery `p` that has all of `columns`."""
        return self._replace(columns=tuple(f"p.{name.split('.')[1]}" for name in self.columns))

    def after(self, keys: str) -> str:
        """The condition on rows that come after these keys."""
        return f"({', '.join(self.columns)}) {'<' if self.descending else '>'} ({keys})"


BY_PRICE = SortOrder(("price", "id"), ("p.price", "p.id"), descending=True)
SORT_ORDERS: dict[Sort, SortOrder] = {
    "newest": SortOrder(("id",), ("p.id",), descending=True),
    "price_asc": SortOrder(("price", "id"), ("p.price", "p.id"), descending=False),
    "price_desc": BY_PRICE,
    "affordable": BY_PRICE,
    "likes": SortOrder(
        ("like_count", "id"),
        ("c.like_count", "c.product"),
        descending=True,
        source="like_counters c JOIN products p ON p.id = c.product",
        first="c",
    ),
}


class ListQuery(NamedTuple):
    """A page of a list of products on sale: of those with the chosen value, or of all; its order;
    and the keys of the last row of the page before."""

    choice: Choice | None
    sort: Sort
    after: list[int] | None

    @property
    def order(self) -> SortOrder:
        """The list of a value is sorted by the facet first, so that only the facet's index is in
        this order. Else PostgreSQL might scan the list of all products and filter it."""
        order = SORT_ORDERS[self.sort]
        if not self.choice:
            return order
        return order._replace(columns=(f"{order.first}.{self.choice.facet.name}", *order.columns))

    def select(
        self,
        limit: int,
        found: SqlFragment | None = None,
        columns: str = "p.*",
        where: SqlFragment = TRUE,
    ) -> SqlFragment:
        """The first `limit` rows of the list where `where` is true; with `found`, of those whose
        ids it selects.

        `limit` is a literal in the SQL: for a parameter PostgreSQL plans to read a tenth of all.
        """
        order = self.order
        sql = f"SELECT {columns} FROM {order.source} WHERE {order.first}.listed AND {where.sql}"  # noqa: S608
        chosen, after = self._chosen(order), self._after(order)
        for part in filter(lambda part: part.sql, (chosen, after)):
            # `IS TRUE` keeps PostgreSQL from scanning an index of the list for what was found.
            sql += f" AND ({part.sql}) IS TRUE" if found else f" AND {part.sql}"
        if found:
            # As an array, so that the ids are read first, whatever PostgreSQL estimates their
            # number to be; unnested, because a lookup in an array is linear.
            sql += f" AND p.id IN (SELECT unnest(ARRAY({found.sql})))"
        args = [*where.args, *chosen.args, *after.args, *(found.args if found else [])]
        return SqlFragment(f"{sql} ORDER BY {order.by} LIMIT {limit:d}", args)

    def _chosen(self, order: SortOrder) -> SqlFragment:
        """The condition on the chosen value, as a range: both bounds, or after a cursor only the
        bound that the cursor does not give."""
        if not self.choice:
            return SqlFragment("", [])
        facet, slug = self.choice
        signs = ["<=", ">="] if self.after is None else [">="] if order.descending else ["<="]
        sql = " AND ".join(f"{order.first}.{facet.name} {sign} {facet.ids}" for sign in signs)
        return SqlFragment(sql, [slug] * len(signs))

    def _after(self, order: SortOrder) -> SqlFragment:
        if self.after is None:
            return SqlFragment("", [])
        marks, args = ["{}" for _ in self.after], list[object](self.after)
        if self.choice:
            marks, args = [self.choice.facet.ids, *marks], [self.choice.slug, *args]
        return SqlFragment(order.after(", ".join(marks)), args)

    def scan(self, predicate: SqlFragment, scan_limit: int, limit: int) -> SqlFragment:
        """Up to `limit` ids for which the predicate is true among the first `scan_limit` rows of
        the list, without the index of words. Stops as soon as it has enough."""
        columns = ", ".join(dict.fromkeys(["p.id", *self.order.columns]))
        listed = self.select(scan_limit, columns=columns)
        sql = (
            f"SELECT p.id FROM ({listed.sql}) p WHERE {predicate.sql} "  # noqa: S608
            f"ORDER BY {self.order.of_subquery.by} LIMIT {limit:d}"
        )
        return SqlFragment(sql, [*listed.args, *predicate.args])
