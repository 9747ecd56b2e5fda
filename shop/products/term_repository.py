"""The search index: the only place that writes `product_terms`."""

from typing import Any

from shop.products.tables import Product, ProductTerms
from shop.products.terms import VERSION, findable

LABELS = """(
    SELECT string_agg(concat_ws(' ', o.label, NULLIF(o.label_en, '')), ' ' ORDER BY o.id)
    FROM products o WHERE o.lead = p.id
)"""
"""Of the options of the product `p`; null without any."""

TEXTS = f"p.id, p.name, p.name_en, p.description, p.description_en, {LABELS} AS labels"

SEARCHED = {"name", "name_en", "description", "description_en"}
"""The columns that search terms are made of."""


class TermRepository:
    async def write(self, product_id: int) -> None:
        """Search terms of the current texts. Must run in the transaction that writes the texts."""
        query = f"SELECT {TEXTS} FROM products p WHERE p.id = {{}}"  # noqa: S608 - no input in it
        await _write_terms(await Product.raw(query, product_id))

    async def renew(self, most: int) -> int:
        """Rewrites up to `most` search terms made by older rules, and returns their number. Must
        run in a transaction; skips rows that another one has locked."""
        rows: list[dict[str, Any]] = await Product.raw(
            f"SELECT {TEXTS} "  # noqa: S608 - no input in it
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
