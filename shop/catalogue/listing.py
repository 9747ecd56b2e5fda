"""The state of a page with a list of products."""

from functools import lru_cache
from urllib.parse import urlencode

import msgspec

from shop.catalogue.filters import Filters
from shop.catalogue.rows import FacetValues, ShelfRow
from shop.catalogue.schemas import ProductOut
from shop.paging import Page
from shop.products.facets import FACETS, Facet
from shop.web.i18n import Language, language_of
from shop.web.pagination import PAGING, Address, list_address, page_links
from shop.web.request import AnyRequest

LIST_PARAMETERS = PAGING | {"q", "sort", *(facet.name for facet in FACETS)}
"""The query parameters of the catalogue's lists."""
CHOOSING = LIST_PARAMETERS - {"limit", "cursor"}
"""Those that choose a list. A link to another list leads to its first page."""


class Value(msgspec.Struct, frozen=True):
    """A value of a facet, in the language of the request. `query` selects it."""

    slug: str
    name: str
    query: str


class Menu(msgspec.Struct, frozen=True):
    """A facet's values, of which one may be chosen. The labels are message ids."""

    name: str
    label: str
    all_label: str
    values: tuple[Value, ...]
    chosen: Value | None


class Selection(msgspec.Struct, frozen=True):
    """What is chosen of the catalogue, and the menus to change it. It does not depend on the
    products that are found, so that fragments made of it can be cached."""

    filters: Filters
    menus: tuple[Menu, ...]
    address: Address

    @property
    def chosen(self) -> dict[str, Value]:
        """The chosen values, by facet."""
        return {menu.name: menu.chosen for menu in self.menus if menu.chosen}

    def without(self, facet: str) -> str:
        """The address of the same list with nothing chosen of this facet."""
        return self.address.changed(**{facet: None})

    @property
    def title(self) -> str:
        return " · ".join(value.name for value in self.chosen.values())


class Listing(msgspec.Struct, frozen=True):
    """A page of a list, where it goes on, and where it begins, if not here."""

    products: list[ProductOut]
    next_url: str | None
    first_url: str | None


def listing_of(request: AnyRequest, found: Page[ShelfRow]) -> Listing:
    language = language_of(request)
    products = [ProductOut.of(row, language) for row in found.items]
    return Listing(products, **page_links(request, found.next_cursor, LIST_PARAMETERS))


def selection_of(request: AnyRequest, filters: Filters, menus: dict[str, FacetValues]) -> Selection:
    language = language_of(request)
    shown = (
        _menu(facet, getattr(filters, facet.name), menus[facet.name], language) for facet in FACETS
    )
    return Selection(filters, tuple(shown), list_address(request, CHOOSING))


def chosen_by(row: ShelfRow, menus: dict[str, FacetValues], language: Language) -> dict[str, Value]:
    """A product's value of each facet that it has one of, by facet."""
    slugs = {facet.name: getattr(row, facet.name) for facet in FACETS}
    return {
        name: _value(name, value, language)
        for name, values in menus.items()
        for value in values
        if value["slug"] == slugs[name]
    }


def _menu(facet: Facet, chosen: str, values: FacetValues, language: Language) -> Menu:
    shown = tuple(_value(facet.name, value, language) for value in values)
    current = next((value for value in shown if value.slug == chosen), None)
    return Menu(facet.name, facet.label, facet.all_label, shown, current)


def _value(facet: str, row: dict[str, str], language: Language) -> Value:
    return _linked(facet, row["slug"], (language == "en" and row["name_en"]) or row["name"])


@lru_cache(1_000)
def _linked(facet: str, slug: str, name: str) -> Value:
    return Value(slug, name, urlencode({facet: slug}))
