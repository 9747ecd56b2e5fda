"""The only place that writes the facets (`categories`), `products`, `stocks` and
`stock_entries`."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from piccolo.columns.combination import WhereRaw

from shop.prepared import compile_once
from shop.products.delivery import Delivery
from shop.products.facets import Facet
from shop.products.picture import image_url
from shop.products.tables import Product, Stock, StockEntry
from shop.text import in_language

IS_OF_CODES = "(SELECT delivery = 'code' FROM products WHERE id = stocks.product)"

ON_SALE = """
    COALESCE(p.on_sale_from <= now(), true) AND COALESCE(p.on_sale_until > now(), true)
"""
"""Whether the product `p` is on sale, by PostgreSQL's clock."""


class ProductInfo(msgspec.Struct, frozen=True):
    """A product with its price in points and its stock in items. `active` is false if withdrawn;
    `on_sale` is whether the time is between `on_sale_from` and `on_sale_until`. One person may buy
    `person_limit` items, within `limit_days` days or ever. The names of an option have its label.
    """

    id: int
    name: str
    name_en: str
    price: int
    picture: str | None
    active: bool
    stock: int
    delivery: Delivery = "desk"
    person_limit: int | None = None
    limit_days: int | None = None
    on_sale_from: datetime | None = None
    on_sale_until: datetime | None = None
    on_sale: bool = True

    def named(self, language: str) -> str:
        return in_language(language, self.name, self.name_en)

    @property
    def image_url(self) -> str | None:
        return image_url(self.picture)


class ProductRepository:
    async def by_ids(self, product_ids: Collection[int]) -> dict[int, ProductInfo]:
        """The products with these ids, also withdrawn ones, by id."""
        if not product_ids:
            return {}
        return {row["id"]: ProductInfo(**row) for row in await _by_ids(list(product_ids))}

    async def lock_by_ids(self, product_ids: Collection[int]) -> dict[int, ProductInfo]:
        """As `by_ids`, with their stock locked until the transaction ends, in the order of ids."""
        return {row["id"]: ProductInfo(**row) for row in await _lock_by_ids(list(product_ids))}

    async def lock_product(self, product_id: int) -> ProductInfo:
        """As `by_ids`, for one that exists; its columns do not change until the transaction's
        end."""
        await Product.raw("SELECT FROM products WHERE id = {} FOR NO KEY UPDATE", product_id)
        return (await self.by_ids([product_id]))[product_id]

    async def take(self, taken: Mapping[int, int]) -> bool:
        """Takes items by product. False if one has too few: then some are taken, and the
        transaction must be rolled back. The check is in the update itself."""
        rows = await _take(list(taken), list(taken.values()))
        return len(rows) == len(taken)

    async def put_back(self, product_id: int, quantity: int) -> None:
        await Stock.update({Stock.quantity: Stock.quantity + quantity}).where(
            Stock.product == product_id
        )

    async def quantity(self, product_id: int) -> int:
        row = await Stock.select(Stock.quantity).where(Stock.product == product_id).first()
        return int(row["quantity"]) if row else 0

    async def move(self, product_id: int, amount: int, *, of_codes: bool) -> int | None:
        """Adds `amount` items, which may be negative. Returns the new stock, or None if there is no
        such product, too few items, or unless the product's items are codes as `of_codes` says."""
        rows: list[dict[str, Any]] = (
            await Stock.update({Stock.quantity: Stock.quantity + amount})
            .where((Stock.product == product_id) & (Stock.quantity >= -amount))
            .where(WhereRaw(IS_OF_CODES + " = {}", of_codes))
            .returning(Stock.quantity)
        )
        return rows[0]["quantity"] if rows else None

    async def ranges_on_sale(self, size: int) -> list[int]:
        """See `ProductService`."""
        last = await Product.raw("SELECT max(id) AS id FROM products WHERE active")
        rows = await Product.raw(
            "SELECT n FROM generate_series(0, {}::bigint) AS n WHERE EXISTS (SELECT 1 FROM products"
            " WHERE active AND id > n * {} AND id <= (n + 1) * {}) ORDER BY n",
            (last[0]["id"] or 0) // size,
            size,
            size,
        )
        return [row["n"] for row in rows]

    async def ids_on_sale(self, after: int, last: int, limit: int) -> list[int]:
        """See `ProductService`."""
        rows = (
            await Product.select(Product.id)
            .where(Product.active.eq(True) & (Product.id > after) & (Product.id <= last))
            .order_by(Product.id)
            .limit(limit)
        )
        return [row["id"] for row in rows]

    async def add_entry(self, entry: StockEntry) -> None:
        await StockEntry.insert(entry)

    async def open_stock(self, product_id: int) -> None:
        """Creates the product's stock row, at 0."""
        await Stock.insert(Stock(product=product_id, quantity=0))

    async def add(self, product: Product) -> int:
        """Returns its id."""
        [row] = await Product.insert(product).returning(Product.id)
        return int(row["id"])

    async def update(self, product_id: int, columns: Mapping[str, Any]) -> None:
        await Product.update(**columns).where(Product.id == product_id)

    async def is_delivery_fixed(self, product_id: int, delivery: str) -> bool:
        """Whether this would make a product with stock or orders one with codes, or the reverse.
        Its stock stays locked until the transaction's end."""
        await Stock.raw("SELECT FROM stocks WHERE product = {} FOR NO KEY UPDATE", product_id)
        rows = await Product.raw(
            """
            SELECT FROM products p WHERE id = {} AND delivery <> {}
                AND 'code' IN (delivery, {})
                AND (EXISTS (SELECT FROM stocks WHERE product = p.id AND quantity > 0)
                    OR EXISTS (SELECT FROM order_lines WHERE product = p.id)
                    OR EXISTS (SELECT FROM codes WHERE product = p.id))
            """,
            product_id,
            delivery,
            delivery,
        )
        return bool(rows)

    async def add_value(self, facet: Facet, columns: Mapping[str, Any]) -> int:
        """Returns its id."""
        new, key = facet.table(**columns), facet.table._meta.primary_key
        [row] = await facet.table.insert(new).returning(key)
        return int(row["id"])

    async def update_value(self, facet: Facet, value_id: int, columns: Mapping[str, Any]) -> None:
        await facet.table.update(**columns).where(facet.table._meta.primary_key == value_id)


# An option's name has its label: "Shirt (white, M)". Raw SQL, because Piccolo has no CASE.
NAMES = """
        CASE p.label WHEN '' THEN p.name ELSE p.name || ' (' || p.label || ')' END AS name,
        CASE WHEN p.name_en = '' OR p.label = '' THEN p.name_en
            ELSE p.name_en || ' (' || COALESCE(NULLIF(p.label_en, ''), p.label) || ')' END
            AS name_en
"""
INFO = f"""
    SELECT p.id, p.price, p.picture, p.active, p.delivery, s.quantity AS stock, {NAMES},
        p.person_limit, p.limit_days, p.on_sale_from, p.on_sale_until, {ON_SALE} AS on_sale
    FROM stocks s JOIN products p ON p.id = s.product
"""  # noqa: S608 - no input in it


@compile_once
def _by_ids(product_ids: list[int]) -> Any:
    return Stock.raw(f"{INFO} WHERE s.product = ANY({{}}::bigint[])", product_ids)


@compile_once
def _lock_by_ids(product_ids: list[int]) -> Any:
    return Stock.raw(
        f"{INFO} WHERE s.product = ANY({{}}::bigint[]) ORDER BY s.product FOR NO KEY UPDATE OF s",
        product_ids,
    )


@compile_once
def _take(product_ids: list[int], quantities: list[int]) -> Any:
    return Stock.raw(
        """
        UPDATE stocks SET quantity = stocks.quantity - taken.quantity
        FROM unnest({}::bigint[], {}::bigint[]) AS taken (product, quantity)
        WHERE stocks.product = taken.product AND stocks.quantity >= taken.quantity
        RETURNING stocks.product
        """,
        product_ids,
        quantities,
    )
