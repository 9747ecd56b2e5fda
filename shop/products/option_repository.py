"""Options of a product. With repository.py the only place that writes `products`."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from shop.products.facets import FACETS
from shop.products.tables import Product

INHERITED = (
    *(facet.name for facet in FACETS),
    *("name", "name_en", "description", "description_en"),
    *("price", "picture", "delivery", "active", "lead"),
)
"""What an option has of its lead, unless it is given another."""


class Label(NamedTuple):
    """What an option is called beside its lead's other options."""

    label: str
    label_en: str = ""


class OptionRepository:
    async def make_lead(self, product_id: int, label: Label) -> dict[str, Any] | None:
        """The product leads options from now on, and is one of them. Its columns; None if there is
        no such product, or it is an option of another. The check is in the update itself."""
        rows = await Product.raw(
            f"""
            UPDATE products SET lead = id, label = {{}}, label_en = {{}}
            WHERE id = {{}} AND (lead IS NULL OR lead = id) RETURNING {", ".join(INHERITED)}
            """,  # noqa: S608 - no input in it
            *label,
            product_id,
        )
        return rows[0] if rows else None

    async def labels(self, lead_id: int) -> dict[int, str]:
        """The labels of the product's options by id, including withdrawn ones."""
        rows = await Product.select(Product.id, Product.label).where(Product.lead == lead_id)
        return {row["id"]: row["label"] for row in rows}

    async def lock_labels(self, lead_id: int) -> dict[int, Label]:
        """The labels of the product's options by id, locked until the transaction's end."""
        rows = await Product.raw(
            "SELECT id, label, label_en FROM products WHERE lead = {} ORDER BY id "
            "FOR NO KEY UPDATE",
            lead_id,
        )
        return {row["id"]: Label(row["label"], row["label_en"]) for row in rows}

    async def write_labels(self, labels: Mapping[int, Label]) -> None:
        """By product. First each gets a label that no other has, so that two may swap theirs."""
        ids = list(labels)
        await Product.raw(
            "UPDATE products SET label = 'option ' || id WHERE id = ANY({}::bigint[])", ids
        )
        await Product.raw(
            """
            UPDATE products SET label = new.label, label_en = new.label_en
            FROM unnest({}::bigint[], {}::text[], {}::text[]) AS new (id, label, label_en)
            WHERE products.id = new.id
            """,
            ids,
            [label.label for label in labels.values()],
            [label.label_en for label in labels.values()],
        )

    async def lead_of(self, product_id: int) -> int | None:
        """The id of the product whose option this is, which may be itself; None if it is not an
        option."""
        row = await Product.select(Product.lead).where(Product.id == product_id).first()
        return row["lead"] if row else None

    async def picture_of_lead(self, product_id: int) -> str | None:
        """The first picture of the product's lead; None if it is not an option of another
        product."""
        rows = await Product.raw(
            "SELECT l.picture FROM products p JOIN products l ON l.id = p.lead "
            "WHERE p.id = {} AND l.id <> p.id",
            product_id,
        )
        return rows[0]["picture"] if rows else None

    async def replace_picture(self, lead_id: int, picture: str | None) -> None:
        """For the options that have their lead's present picture."""
        await Product.raw(
            "UPDATE products o SET picture = {} FROM products l "
            "WHERE l.id = {} AND o.lead = l.id AND o.id <> l.id "
            "AND o.picture IS NOT DISTINCT FROM l.picture",
            picture,
            lead_id,
        )

    async def withdraw_options(self, lead_id: int) -> None:
        await Product.update({Product.active: False}).where(Product.lead == lead_id)

    async def lead_is_withdrawn(self, product_id: int) -> bool:
        """Whether the product is an option of a withdrawn one, which stays as it is until the
        transaction's end."""
        rows = await Product.raw(
            "SELECT l.active FROM products p JOIN products l ON l.id = p.lead "
            "WHERE p.id = {} AND l.id <> p.id FOR SHARE OF l",
            product_id,
        )
        return any(not row["active"] for row in rows)
