"""Product lists, a product, and liked products: pages for shoppers."""

from typing import Any
from urllib.parse import parse_qs

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from litestar.response import Template

from shop.catalogue.controllers import CategorySlug, Words, filters_of
from shop.catalogue.filters import Filters
from shop.catalogue.home import home_of, shown_row
from shop.catalogue.list_cache import ProductList
from shop.catalogue.listing import LIST_PARAMETERS, chosen_by, listing_of, selection_of
from shop.catalogue.lists import Sort
from shop.catalogue.rows import ShelfRow
from shop.catalogue.schemas import ProductOut
from shop.catalogue.service import CatalogueService
from shop.catalogue.suggestions import popular_products
from shop.errors import N_, NotFound
from shop.paging import DEFAULT_LIMIT
from shop.products.errors import ProductNotFound, ProductWithdrawn, UnknownValue
from shop.products.facets import Facet
from shop.query_log import changes_at
from shop.users.service import UserService
from shop.web.cache.key import cached
from shop.web.i18n import language_of, translate
from shop.web.links import Links, links_of
from shop.web.pages import is_htmx, page
from shop.web.pagination import Cursor, Limit, current_query, list_address, replaced_url
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest
from shop.web.versioned import versioned_page


class CatalogueController(Controller):
    include_in_schema = False

    @get("/", opt=cached(*LIST_PARAMETERS))
    async def shelf(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        q: Words = "",
        category: CategorySlug = "",
        sort: FromQuery[Sort] = "newest",
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Template:
        filters = await filters_of(request, q, category, sort)
        try:
            found = await catalogue.browse(filters, cursor, limit, request.user, request.auth.known)
        except UnknownValue as error:
            if is_htmx(request):
                raise
            return await _gone(request, catalogue, error.facet)
        if is_htmx(request) and cursor:
            more = replaced_url(request, limit, LIST_PARAMETERS)
            listing = listing_of(request, found.products)
            return await page(request, "products/_more_update.html", headers=more, listing=listing)
        return await _shelf_page(request, catalogue, filters, cursor, found)

    @get("/products/{product_id:int}", opt=cached())
    async def product(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        product_id: FromPath[int],
    ) -> Template:
        language = language_of(request)
        try:
            found = await catalogue.product_and_related(
                product_id, request.user, request.auth.known
            )
        except ProductNotFound:
            instead = await catalogue.instead_of(product_id, request.user)
            if instead is None:
                raise
            return await _withdrawn(request, product_id, instead)
        row, *related_products = found.products.items
        values = chosen_by(row, found.menus, language)
        if row.sale:
            changes_at(row.sale.on_sale_from, row.sale.on_sale_until)
        return await page(
            request,
            "products/show.html",
            links=links_of(request),
            product=ProductOut.of(row, language),
            related_products=[ProductOut.of(one, language) for one in related_products],
            values=values,
            places=tuple(values.values()),
            sale=row.sale,
            pictures=row.pictures,
            left=await catalogue.left_for(row, request.user),
        )

    @get("/likes")
    async def likes(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        catalogue: NamedDependency[CatalogueService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> Template:
        user = users.authenticated(request.user)
        listing = listing_of(request, await catalogue.liked_by(user, cursor, limit))
        if is_htmx(request) and cursor:
            more, update = replaced_url(request, limit), "products/_more_update.html"
            return await page(request, update, headers=more, listing=listing)
        return await page(request, "likes/index.html", listing=listing)


async def _withdrawn(request: AnyRequest, product_id: int, instead: list[ShelfRow]) -> Template:
    """A 404 with other products of its category."""
    refusal, language = refusal_for(request, ProductWithdrawn(product_id)), language_of(request)
    products = [ProductOut.of(row, language) for row in instead]
    return await page(
        request,
        "products/withdrawn.html",
        status=refusal.answer.status,
        refusal=refusal,
        related_products=products,
    )


async def _shelf_page(
    request: ShopRequest,
    catalogue: CatalogueService,
    filters: Filters,
    cursor: str | None,
    found: ProductList,
) -> Template:
    is_empty = not (found.products.items or cursor)
    popular = await popular_products(request, catalogue) if is_empty else []
    home = await home_of(request, catalogue) if _is_home(filters, cursor) else []

    def shown() -> dict[str, Any]:
        return {
            "listing": listing_of(request, found.products),
            "selection": selection_of(request, filters, found.menus),
            "popular": popular,
            "home": [shown_row(row, language_of(request)) for row in home],
        }

    if is_htmx(request):
        headers = history_of(request, filters)
        return await page(request, "products/_shelf_update.html", headers=headers, **shown())
    versions = (found.version, *(row.found.version for row in home))
    version = None if popular or None in versions else versions
    return await versioned_page(
        request,
        "products/index.html",
        version,
        lambda: {**shown(), "links": _links(request, filters, cursor)},
    )


async def _gone(request: AnyRequest, catalogue: CatalogueService, facet: Facet) -> Template:
    """A 404 for an old address of a list, with popular products."""
    language = language_of(request)
    about = N_("It was renamed or removed. You may like one of these products.")
    refusal = refusal_for(request, NotFound())._replace(
        title=translate(language, facet.gone), detail=translate(language, about)
    )
    popular = await popular_products(request, catalogue)
    return await page(
        request, "products/gone.html", status=404, refusal=refusal, related_products=popular
    )


def history_of(request: AnyRequest, filters: Filters) -> dict[str, str]:
    """htmx's history header: a changed search replaces the URL, so that "back" leaves the search
    instead of undoing it letter by letter; everything else pushes a new URL."""
    before = parse_qs(current_query(request)).get("q", [""])[0]
    typing_on = before and filters.q and before != filters.q
    address = list_address(request, LIST_PARAMETERS).changed(q=filters.q, cursor=None)
    return {"hx-replace-url" if typing_on else "hx-push-url": address}


def _links(request: AnyRequest, filters: Filters, cursor: str | None) -> Links | None:
    """Search engines may show a list of one facet, from its first page."""
    chosen = {choice.facet.name: choice.slug for choice in filters.choices}
    if filters.q or cursor or len(chosen) > 1:
        return None
    return links_of(request, **chosen)


def _is_home(filters: Filters, cursor: str | None) -> bool:
    return filters == Filters() and not cursor
