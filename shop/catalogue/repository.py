"""Lists of products, for guests and signed-in viewers: one query a page."""

from datetime import datetime
from functools import partial
from typing import Any

import msgspec

from shop.catalogue.lists import SORT_ORDERS, ListQuery
from shop.catalogue.search import SearchStrategy, SqlFragment, all_of
from shop.catalogue.tables import MOST
from shop.database import DB
from shop.paging import MAX_INT
from shop.prepared import compile_once
from shop.products.delivery import Delivery
from shop.products.facets import CATEGORY, FACETS, Choice, Facet
from shop.products.repository import ON_SALE
from shop.products.tables import Product

FacetValues = list[dict[str, str]]
"""Each value's `slug`, `name` and `name_en`, in the menu's order."""


class OptionRow(msgspec.Struct, frozen=True):
    """One of the options of a product, which is one of them. Price and stock as of a ShelfRow."""

    id: int
    label: str
    label_en: str
    price: int
    stock: int

    def named(self, language: str) -> str:
        return self.label_en if language == "en" and self.label_en else self.label


class SaleRow(msgspec.Struct, frozen=True):
    """When a product is on sale, and how much of it one person may buy. `on_sale`: by PostgreSQL's
    clock; `has_ended`: it no longer is."""

    person_limit: int | None
    limit_days: int | None
    on_sale_from: datetime | None
    on_sale_until: datetime | None
    on_sale: bool
    has_ended: bool


class PictureRow(msgspec.Struct, frozen=True):
    """A picture beside the product's first."""

    picture: str
    alt: str
    alt_en: str

    @property
    def image_url(self) -> str:
        return f"/media/{self.picture}"

    def alt_in(self, language: str) -> str:
        """Empty if it has none."""
        return self.alt_en if language == "en" and self.alt_en else self.alt


class ShelfRow(msgspec.Struct, frozen=True):
    """A product in a list, for one viewer. Price in points; stock in items, at most the
    repository's `max_stock`. `sale` and `pictures` are filled for one product, not in lists."""

    id: int
    name: str
    name_en: str
    description: str
    description_en: str
    price: int
    picture: str | None
    delivery: Delivery
    lead: int | None
    label: str
    label_en: str
    category: str
    stock: int
    like_count: int
    liked: bool
    options: tuple[OptionRow, ...] = ()
    sale: SaleRow | None = None
    pictures: tuple[PictureRow, ...] = ()

    @property
    def is_option(self) -> bool:
        """Of another product."""
        return self.lead not in (None, self.id)

    def named(self, language: str) -> str:
        """An option's name has its label, as `ProductInfo` has it."""
        name, label = self.name, self.label
        if language == "en" and self.name_en:
            name, label = self.name_en, self.label_en or label
        return f"{name} ({label})" if self.is_option else name


def _join(facet: Facet) -> str:
    kind = "LEFT JOIN" if facet.is_optional else "JOIN"
    return f"{kind} {facet.tablename} {facet.name} ON {facet.name}.id = p.{facet.name}"


# Raw SQL, because Piccolo joins along foreign keys only, and three of these tables refer to the
# product: with its queries a page would take four.
# A subquery for each product; there is nothing to read for one without options.
OPTIONS = """(
    SELECT json_agg(json_build_object(
        'id', o.id, 'label', o.label, 'label_en', o.label_en, 'price', o.price,
        'stock', least(os.quantity, {})
    ))::text
    FROM products o JOIN stocks os ON os.product = o.id WHERE o.lead = p.lead AND o.active
)"""
SLUGS = ", ".join(f"{facet.name}.slug AS {facet.name}" for facet in FACETS)
COLUMNS = f"""
    p.id, p.name, p.name_en, p.description, p.description_en, p.price, p.picture,
    p.delivery, p.lead, p.label, p.label_en, {SLUGS}, c.like_count,
    least(s.quantity, {{}}) AS stock, {OPTIONS} AS options
"""
SALE = f"""
    p.person_limit, p.limit_days, p.on_sale_from, p.on_sale_until, {ON_SALE} AS on_sale,
    COALESCE(p.on_sale_until <= now(), false) AS has_ended
"""
PICTURES = """(
    SELECT json_agg(
        json_build_object('picture', f.picture, 'alt', f.alt, 'alt_en', f.alt_en) ORDER BY f.place
    )::text
    FROM product_pictures f WHERE f.product = CASE
        WHEN EXISTS (SELECT FROM product_pictures own WHERE own.product = p.id) THEN p.id
        WHEN p.picture IS DISTINCT FROM (SELECT picture FROM products l WHERE l.id = p.lead)
            THEN p.id
        ELSE p.lead END
)"""
"""Those beside the first. An option with its lead's first picture and no others has its lead's."""
# A subquery for each product: a join might read all likes of the viewer for one page.
LIKED = '(SELECT id FROM likes WHERE "user" = {} AND product = p.id) IS NOT NULL AS liked'
JOINS = f"""
    {" ".join(_join(facet) for facet in FACETS)}
    JOIN stocks s ON s.product = p.id
    JOIN like_counters c ON c.product = p.id
"""

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
            _row(rows[0]), sale=SaleRow(**sale), pictures=tuple(pictures)
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
        return [(row.pop("like_id"), _row(row)) for row in rows]

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
        return [_row(row) for row in rows]


def _row(row: dict[str, Any]) -> ShelfRow:
    """The lead is the first of the options."""
    options = msgspec.json.decode(row.pop("options") or "[]", type=list[OptionRow])
    options.sort(key=lambda option: (option.id != row["lead"], option.id))
    return ShelfRow(**row, options=tuple(options))


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
