"""Product lists, a product, and liked products: JSON for services."""

from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from shop.catalogue.filters import Filters
from shop.catalogue.listing import LIST_PARAMETERS
from shop.catalogue.lists import Sort
from shop.catalogue.rows import ShelfRow
from shop.catalogue.schemas import ProductOut, ProductPage
from shop.catalogue.service import CatalogueService
from shop.paging import DEFAULT_LIMIT, Page
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.cache.key import cached
from shop.web.i18n import language_of
from shop.web.openapi import ANYBODY, SIGNED_IN, refusals
from shop.web.pages import counters_of
from shop.web.pagination import Cursor, Limit
from shop.web.request import AnyRequest, ShopRequest

Words = Annotated[
    str,
    QueryParameter(max_length=100, description="Words, or the initial consonants of Korean ones."),
]
CategorySlug = Annotated[str, QueryParameter(max_length=60, description="A category's slug.")]


class CatalogueApiController(Controller):
    tags = ["Products"]

    @get(
        "/products",
        operation_id="listProducts",
        summary="List products",
        opt=cached(*LIST_PARAMETERS),
        security=ANYBODY,
        responses=refusals(),
    )
    async def shelf(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        q: Words = "",
        category: CategorySlug = "",
        sort: FromQuery[Sort] = "newest",
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ProductPage:
        filters = await filters_of(request, q, category, sort)
        found = await catalogue.products(filters, cursor, limit, request.user, request.auth.known)
        return _out(request, found)

    @get(
        "/products/{product_id:int}",
        operation_id="getProduct",
        summary="Get a product",
        opt=cached(),
        security=ANYBODY,
        responses=refusals(404),
    )
    async def product(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        product_id: FromPath[int],
    ) -> ProductOut:
        row = await catalogue.product(product_id, request.user, request.auth.known)
        return ProductOut.of(row, language_of(request))

    @get(
        "/likes",
        operation_id="listLikes",
        summary="List liked products",
        security=SIGNED_IN,
        tags=["Likes"],
        guards=[signed_in_only],
        responses=refusals(),
    )
    async def likes(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        catalogue: NamedDependency[CatalogueService],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ProductPage:
        user = users.authenticated(request.user)
        return _out(request, await catalogue.liked_by(user, cursor, limit))


def _out(request: AnyRequest, rows: Page[ShelfRow]) -> ProductPage:
    language = language_of(request)
    return ProductPage([ProductOut.of(row, language) for row in rows.items], rows.next_cursor)


async def filters_of(request: AnyRequest, q: str, category: str, sort: Sort) -> Filters:
    if sort != "affordable":
        return Filters(q, category, sort)
    if request.user is None:
        return Filters(q, category, "price_desc")
    return Filters(q, category, sort, (await counters_of(request)).balance)
