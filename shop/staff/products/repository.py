"""The only place that writes `product_imports` and `product_import_lines`; and products as files
have them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

import msgspec
from piccolo.columns.column_types import DEFAULT

from shop.products.tables import Product
from shop.staff.products.check import Change
from shop.staff.products.columns import Categories, Category, Values
from shop.staff.tables import ProductImport, ProductImportLine

SELECT = """
    SELECT p.id, p.price, p.name, p.name_en, p.category, p.description, p.description_en,
        p.delivery, p.active, p.picture, p.label, p.label_en, p.lead
    FROM products p
"""
DRAFTS = """
    SELECT i.id, i.created_by AS author_id, u.username AS author, i.created_at, i.unchanged,
        l.new, l.changed
    FROM product_imports i JOIN users u ON u.id = i.created_by
    CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE product IS NULL) AS new, count(product) AS changed
        FROM product_import_lines WHERE product_import = i.id
    ) l
"""
Item = TypeVar("Item")

CHUNK = 2_000  # rows of a query: the event loop has a pause between two


class Draft(msgspec.Struct, frozen=True):
    """A file that is shown before it is imported: what it adds, changes and leaves."""

    id: int
    author_id: int
    author: str
    created_at: datetime
    new: int
    changed: int
    unchanged: int

    @property
    def subject(self) -> str:
        """How the log names it."""
        return f"import:{self.id}"


class DraftLine(NamedTuple):
    id: int
    change: Change


class ProductFileRepository:
    async def categories(self) -> Categories:
        rows = await Product.raw("SELECT id, slug, name, name_en FROM categories ORDER BY id")
        return Categories([Category(**row) for row in rows])

    async def products(self, product_ids: Collection[int]) -> dict[int, Values]:
        """Those that exist, by number."""
        found: dict[int, Values] = {}
        for some in _chunks(sorted(product_ids)):
            rows = await Product.raw(SELECT + " WHERE p.id = ANY({}::bigint[])", some)
            found |= {row.pop("id"): row for row in rows}
        return found

    async def locked(self, product_ids: Collection[int]) -> dict[int, Values]:
        """Like `products`, locked until the transaction ends, in the
        order of ids; orders do not wait."""
        found: dict[int, Values] = {}
        for some in _chunks(sorted(product_ids)):
            where = " WHERE p.id = ANY({}::bigint[]) ORDER BY p.id FOR NO KEY UPDATE"
            rows = await Product.raw(SELECT + where, some)
            found |= {row.pop("id"): row for row in rows}
        return found

    async def named(self, names: Collection[str]) -> dict[str, list[int]]:
        """The numbers of products that have these names, by name."""
        found: dict[str, list[int]] = {}
        for some in _chunks(sorted(names)):
            rows = await Product.raw(
                "SELECT id, name FROM products WHERE name = ANY({}::text[]) ORDER BY id", some
            )
            for row in rows:
                found.setdefault(row["name"], []).append(row["id"])
        return found

    async def page(self, after_id: int, limit: int) -> list[dict[str, Any]]:
        """Products with numbers above `after_id`, for a file."""
        return await Product.raw(
            SELECT + " WHERE p.id > {} ORDER BY p.id LIMIT {}", after_id, limit
        )

    async def add(self, author_id: int, changes: Sequence[Change], unchanged: int) -> int:
        """A draft. Its id."""
        [row] = await ProductImport.insert(
            ProductImport(created_by=author_id, unchanged=unchanged, created_at=DEFAULT)
        ).returning(ProductImport.id)
        for some in _chunks(changes):
            await ProductImportLine.raw(
                """
                INSERT INTO product_import_lines (product_import, line, product, before, after)
                SELECT {}::bigint, l.line, l.product, l.before::jsonb, l.after::jsonb
                FROM unnest({}::int[], {}::bigint[], {}::text[], {}::text[])
                    AS l (line, product, before, after)
                """,
                row["id"],
                [change.line for change in some],
                [change.product_id for change in some],
                [_json(change.before) for change in some],
                [_json(change.after) for change in some],
            )
        return int(row["id"])

    async def drafts(self, limit: int) -> list[Draft]:
        """The newest first."""
        return await _drafts("ORDER BY i.id DESC LIMIT {}", limit)

    async def draft(self, import_id: int) -> Draft | None:
        found = await _drafts("WHERE i.id = {}", import_id)
        return found[0] if found else None

    async def locked_draft(self, import_id: int) -> Draft | None:
        """A draft that no other form imports or discards meanwhile."""
        query = ProductImport.select(ProductImport.id).where(ProductImport.id == import_id)
        return await self.draft(import_id) if await query.lock_rows() else None

    async def lines(self, import_id: int, after_id: int, limit: int) -> list[DraftLine]:
        rows = await ProductImportLine.raw(
            """
            SELECT id, line, product, before::text, after::text FROM product_import_lines
            WHERE product_import = {} AND id > {} ORDER BY id LIMIT {}
            """,
            import_id,
            after_id,
            limit,
        )
        return [_line(**row) for row in rows]

    async def delete(self, import_id: int) -> None:
        lines = ProductImportLine.delete().where(ProductImportLine.product_import == import_id)
        await lines
        await ProductImport.delete().where(ProductImport.id == import_id)

    async def sweep(self) -> None:
        """Deletes drafts that were not imported within a week."""
        rows = await ProductImport.raw(
            "SELECT id FROM product_imports WHERE created_at < now() - interval '7 days'"
        )
        for row in rows:
            await self.delete(row["id"])


async def _drafts(where: str, value: int) -> list[Draft]:
    return [Draft(**row) for row in await ProductImport.raw(DRAFTS + where, value)]


def _line(id: int, line: int, product: int | None, before: str, after: str) -> DraftLine:  # noqa: A002 - the column
    return DraftLine(id, Change(line, product, _object(before), _object(after)))


def _chunks(items: Sequence[Item]) -> list[Sequence[Item]]:
    return [items[start : start + CHUNK] for start in range(0, len(items), CHUNK)]


def _json(values: Values) -> str:
    return msgspec.json.encode(values).decode()


def _object(text: str) -> dict[str, Any]:
    return msgspec.json.decode(text, type=dict[str, Any])
