"""Queries of the staff's page of options; `shop.products.repository` writes them."""

import msgspec

from shop.paging import MAX_INT
from shop.products.option_repository import Label
from shop.products.tables import Product
from shop.text import in_language


class Lead(msgspec.Struct, frozen=True):
    """A product that has options, or may get some. Price in points."""

    id: int
    name: str
    name_en: str
    price: int
    label: str
    label_en: str

    @property
    def own_label(self) -> Label | None:
        """The product's label as one of the options; None without one."""
        return Label(self.label, self.label_en) if self.label else None

    def named(self, language: str) -> str:
        return in_language(language, self.name, self.name_en)


class Option(msgspec.Struct, frozen=True):
    """Price in points, stock in items."""

    id: int
    label: str
    label_en: str
    price: int
    stock: int
    active: bool


class OptionRepository:
    async def lead(self, product_id: int) -> Lead | None:
        """None also for an option of another product."""
        if not 0 < product_id <= MAX_INT:
            return None
        rows = await Product.raw(
            "SELECT id, name, name_en, price, label, label_en FROM products "
            "WHERE id = {} AND COALESCE(lead, id) = id",
            product_id,
        )
        return Lead(**rows[0]) if rows else None

    async def options(self, lead_id: int) -> list[Option]:
        """The lead first, also withdrawn ones."""
        rows = await Product.raw(
            "SELECT p.id, p.label, p.label_en, p.price, p.active, s.quantity AS stock "
            "FROM products p JOIN stocks s ON s.product = p.id "
            "WHERE p.lead = {} ORDER BY p.id <> p.lead, p.id",
            lead_id,
        )
        return [Option(**row) for row in rows]
