"""The only place that writes `categories`, `products`, `product_terms`, `stocks` and
`stock_entries`."""

from collections.abc import Collection, Mapping
from typing import Any

import msgspec
from piccolo.columns.combination import WhereRaw

from shop.prepared import compile_once
from shop.products.delivery import Delivery
from shop.products.tables import Category, Product, ProductTerms, Stock, StockEntry
from shop.products.terms import VERSION, findable

TEXTS = (Product.id, Product.name, Product.name_en, Product.description, Product.description_en)
SEARCHED = {"name", "name_en", "description", "description_en"}
"""The columns that search terms are made of."""


class ProductInfo(msgspec.Struct, frozen=True):
    """A product with its price in points and its stock in items. `active` is false if withdrawn."""

    id: int
    name: str
    name_en: str
    price: int
    picture: str | None
    active: bool
    stock: int
    delivery: Delivery = "desk"

    def named(self, language: str) -> str:
        return self.name_en if language == "en" and self.name_en else self.name

    @property
    def image_url(self) -> str | None:
        return f"/media/{self.picture}" if self.picture else None


class ProductRepository:
    async def by_ids(self, product_ids: Collection[int]) -> dict[int, ProductInfo]:
        """The products with these ids, also withdrawn ones, by id."""
        if not product_ids:
            return {}
        return {row["id"]: ProductInfo(**row) for row in await _by_ids(list(product_ids))}

    async def lock_by_ids(self, product_ids: Collection[int]) -> dict[int, ProductInfo]:
        """As `by_ids`, with their stock locked until the transaction ends, in the order of ids."""
        return {row["id"]: ProductInfo(**row) for row in await _lock_by_ids(list(product_ids))}

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

    async def move(self, product_id: int, amount: int) -> int | None:
        """Adds `amount` items, which may be negative. Returns the new stock, or None if there is no
        such product or too few items."""
        rows: list[dict[str, Any]] = (
            await Stock.update({Stock.quantity: Stock.quantity + amount})
            .where((Stock.product == product_id) & (Stock.quantity >= -amount))
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

    async def add_category(self, category: Category) -> int:
        """Returns its id."""
        [row] = await Category.insert(category).returning(Category.id)
        return int(row["id"])

    async def update_category(self, category_id: int, columns: Mapping[str, Any]) -> None:
        await Category.update(**columns).where(Category.id == category_id)

    async def write_terms(self, product_id: int) -> None:
        """Search terms of the current texts. Must run in the transaction that writes the texts."""
        await _write_terms(await Product.select(*TEXTS).where(Product.id == product_id))

    async def renew_terms(self, most: int) -> int:
        """Rewrites up to `most` search terms made by older rules, and returns their number. Must
        run in a transaction; skips rows that another one has locked."""
        rows: list[dict[str, Any]] = await Product.raw(
            "SELECT p.id, p.name, p.name_en, p.description, p.description_en "
            "FROM product_terms t JOIN products p ON p.id = t.product WHERE t.version < {} "
            "ORDER BY t.version, t.product LIMIT {} FOR UPDATE OF t SKIP LOCKED",
            VERSION,
            most,
        )
        await _write_terms(rows)
        return len(rows)


async def _write_terms(rows: list[dict[str, Any]]) -> None:
    found = [ProductTerms(product=row.pop("id"), **findable(**row)._asdict()) for row in rows]
    if found:
        await ProductTerms.insert(*found).on_conflict(
            target=ProductTerms.product,
            action="DO UPDATE",
            values=[
                ProductTerms.version,
                ProductTerms.source,
                ProductTerms.text,
                ProductTerms.terms,
                ProductTerms.words,
            ],
        )


@compile_once
def _by_ids(product_ids: list[int]) -> Any:
    product = Stock.product
    return Stock.select(
        product.id.as_alias("id"),
        product.name.as_alias("name"),
        product.name_en.as_alias("name_en"),
        product.price.as_alias("price"),
        product.picture.as_alias("picture"),
        product.active.as_alias("active"),
        product.delivery.as_alias("delivery"),
        Stock.quantity.as_alias("stock"),
    ).where(WhereRaw("stocks.product = ANY({})", product_ids))


@compile_once
def _lock_by_ids(product_ids: list[int]) -> Any:
    """Raw SQL, because Piccolo cannot lock only one of two joined tables."""
    return Stock.raw(
        """
        SELECT p.id, p.name, p.name_en, p.price, p.picture, p.active, p.delivery,
            s.quantity AS stock
        FROM stocks s JOIN products p ON p.id = s.product
        WHERE s.product = ANY({}::bigint[]) ORDER BY s.product FOR NO KEY UPDATE OF s
        """,
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
