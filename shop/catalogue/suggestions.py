"""Help for a search: links below the field while typing, and the most liked products if nothing is
found."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter
from litestar.response import Template

from shop.catalogue.filters import Filters
from shop.catalogue.schemas import ProductOut
from shop.catalogue.service import CatalogueService
from shop.web.cache.key import cached
from shop.web.i18n import Language, language_of
from shop.web.pages import page
from shop.web.request import AnyRequest, ShopRequest

MOST_SUGGESTED = 6
MOST_POPULAR = 4


class SuggestionController(Controller):
    include_in_schema = False

    @get("/suggestions", opt=cached("q"))
    async def suggestions(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        q: Annotated[str, QueryParameter(max_length=100)] = "",
    ) -> Template:
        """A fragment for pages without a list; a page with a list shows the results there."""
        language = language_of(request)
        named, rows = await catalogue.suggested(q, MOST_SUGGESTED, request.user)
        return await page(
            request,
            "products/_suggestions.html",
            categories=[(value["slug"], _name_of(value, language)) for value in named],
            products=[ProductOut.of(row, language) for row in rows],
        )


async def popular_products(request: AnyRequest, catalogue: CatalogueService) -> list[ProductOut]:
    """What most people like."""
    filters = Filters(sort="likes")
    found = await catalogue.browse(filters, None, MOST_POPULAR, request.user, request.auth.known)
    return [ProductOut.of(row, language_of(request)) for row in found.products.items]


def _name_of(value: dict[str, str], language: Language) -> str:
    return (language == "en" and value["name_en"]) or value["name"]
