"""The rows of the home page, as its visitor sees them."""

from typing import NamedTuple

import msgspec

from shop import site
from shop.catalogue.list_cache import ProductList
from shop.catalogue.schemas import ProductOut
from shop.catalogue.service import CatalogueService
from shop.errors import N_
from shop.site import HomeRow
from shop.web.i18n import Language, translate
from shop.web.pages import counters_of
from shop.web.request import AnyRequest

MOST_IN_A_ROW = 8
TITLES = {
    "new": N_("New"),
    "best": N_("Best of the week"),
    "liked": N_("Most liked"),
    "under": N_("For %(n)s points or less"),
    "affordable": N_("What your points can buy"),
    "category": N_("From this category"),
    "products": N_("Chosen for you"),
}
LINKS = {
    "new": "/?sort=newest",
    "best": "",
    "liked": "/?sort=likes",
    "under": "",
    "affordable": "/?sort=affordable",
    "products": "",
}


class ShownRow(msgspec.Struct, frozen=True):
    """`link` leads on, or is empty. A hero has no products, and may have a picture."""

    kind: str
    title: str
    link: str
    products: tuple[ProductOut, ...] = ()
    image_url: str = ""
    alt: str = ""


class FoundRow(NamedTuple):
    """A row and its products."""

    row: HomeRow
    found: ProductList


async def home_of(request: AnyRequest, catalogue: CatalogueService) -> list[FoundRow]:
    """Rows without products are left out."""
    rows = site.current().home
    if not rows:
        return []
    balance, known = (await counters_of(request)).balance, request.auth.known
    found = [
        FoundRow(row, await catalogue.row_of_home(row, balance, MOST_IN_A_ROW, known))
        for row in rows
    ]
    return [one for one in found if one.found.products.items or one.row.kind == "hero"]


def shown_row(home_row: FoundRow, language: Language) -> ShownRow:
    row, found = home_row
    if row.kind == "hero":
        return _hero(row, language)
    values = {"n": int(row.value)} if row.kind == "under" else {}
    title = row.title(language) or translate(language, TITLES[row.kind], values)
    link = f"/?category={row.value}" if row.kind == "category" else LINKS[row.kind]
    products = tuple(ProductOut.of(product, language) for product in found.products.items)
    return ShownRow(row.kind, title, link, products)


def _hero(row: HomeRow, language: Language) -> ShownRow:
    image_url = f"/media/{row.picture}" if row.picture else ""
    title, alt = row.title(language), row.alt(language)
    return ShownRow("hero", title, row.value, image_url=image_url, alt=alt)
