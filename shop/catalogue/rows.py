"""A product in a list, for one viewer, and the SQL that reads it."""

from datetime import datetime
from typing import Any

import msgspec

from shop.products.delivery import Delivery
from shop.products.facets import FACETS, Facet
from shop.products.repository import ON_SALE
from shop.text import in_language

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
        return in_language(language, self.label, self.label_en)


class SaleRow(msgspec.Struct, frozen=True):
    """When a product is on sale, and how much of it one person may buy. `on_sale`: by PostgreSQL's
    clock; `has_ended`: it no longer is."""

    person_limit: int | None
    limit_days: int | None
    on_sale_from: datetime | None
    on_sale_until: datetime | None
    on_sale: bool
    has_ended: bool

    @property
    def will_change(self) -> bool:
        """Whether it has yet to begin or to end, which no write tells."""
        return not self.has_ended and (self.on_sale_until is not None or not self.on_sale)


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
        return in_language(language, self.alt, self.alt_en)


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


def shelf_row(row: dict[str, Any]) -> ShelfRow:
    """The lead is the first of the options."""
    options = msgspec.json.decode(row.pop("options") or "[]", type=list[OptionRow])
    options.sort(key=lambda option: (option.id != row["lead"], option.id))
    return ShelfRow(**row, options=tuple(options))
