"""Product lists, a product, and liked products: pages for shoppers, JSON for services."""

from typing import Annotated, Any
from urllib.parse import parse_qs

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Template

from shop.catalogue.lists import Sort
from shop.catalogue.repository import ShelfRow
from shop.catalogue.service import CatalogueService, Filters
from shop.paging import DEFAULT_LIMIT, Page
from shop.products.delivery import Delivery
from shop.schema import NextCursor, about
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.cache.key import cached
from shop.web.i18n import Language, language_of
from shop.web.links import links_of
from shop.web.openapi import ANYBODY, SIGNED_IN, refusals
from shop.web.pages import is_htmx, page
from shop.web.pagination import (
    LIST_PARAMETERS,
    Cursor,
    Limit,
    list_address,
    page_links,
    replaced_url,
)
from shop.web.request import AnyRequest, ShopRequest

Words = Annotated[
    str, QueryParameter(max_length=100, description="Words, or initials of their syllables.")
]
CategorySlug = Annotated[str, QueryParameter(max_length=60, description="A category's slug.")]


class OptionOut(msgspec.Struct, frozen=True):
    """A size or colour of a product; a product of its own."""

    id: int
    label: str
    price: Annotated[int, about("Points for one.", 12_800)]
    stock: Annotated[int, about("Items on hand.", 40)]


class ProductOut(msgspec.Struct, frozen=True):
    """A product, in the language of the request."""

    id: int
    name: str
    description: str
    price: Annotated[int, about("Points for one.", 12_800)]
    stock: Annotated[int, about("Items on hand.", 40)]
    category: Annotated[str, about("The slug of its category.", "kitchen")]
    image_url: Annotated[str | None, about("Where its picture is, on this host.")]
    like_count: Annotated[int, about("How many users like it.", 12)]
    liked: Annotated[bool, about("Whether the signed-in user likes it; false for a guest.")]
    delivery: Annotated[
        Delivery, about("`parcel`: sent to a recipient. `desk`: picked up at the desk.", "desk")
    ]
    options: Annotated[tuple[OptionOut, ...], about("Empty: no product has options yet.")] = ()

    @classmethod
    def of(cls, row: ShelfRow, language: Language) -> "ProductOut":
        english = language == "en"
        return cls(
            id=row.id,
            name=(english and row.name_en) or row.name,
            description=(english and row.description_en) or row.description,
            price=row.price,
            stock=row.stock,
            category=row.category,
            image_url=f"/media/{row.picture}" if row.picture else None,
            like_count=row.like_count,
            liked=row.liked,
            delivery=row.delivery,
        )


class ProductPage(msgspec.Struct, frozen=True):
    """Some products of a list."""

    items: list[ProductOut]
    next_cursor: NextCursor = None


class CategoryOut(msgspec.Struct, frozen=True):
    slug: str
    name: str


class CatalogueApiController(Controller):
    tags = ["Products"]

    @get(
        "/products",
        operation_id="listProducts",
        summary="Products, page by page",
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
        filters = Filters(q, category, sort)
        await catalogue.check(filters)
        return _out(request, await catalogue.shelf(filters, cursor, limit, request.user))

    @get(
        "/products/{product_id:int}",
        operation_id="getProduct",
        summary="One product",
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
        row = await catalogue.product(product_id, request.user)
        return ProductOut.of(row, language_of(request))

    @get(
        "/likes",
        operation_id="listLikes",
        summary="What I like",
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
        filters = Filters(q, category, sort)
        shelf = await catalogue.browse(filters, cursor, limit, request.user)
        found = _out(request, shelf.products)
        shown: dict[str, Any] = {
            "products": found.items,
            **page_links(request, found.next_cursor),
        }
        if is_htmx(request) and cursor:
            more = replaced_url(request, limit)
            return await page(request, "products/_more_update.html", headers=more, **shown)
        categories = _categories(shelf.categories, language_of(request))
        shown |= {
            "filters": filters,
            "address": list_address(request),
            "categories": categories,
            "category": next((one for one in categories if one.slug == category), None),
        }
        if is_htmx(request):
            headers = history_of(request, filters)
            return await page(request, "products/_shelf_update.html", headers=headers, **shown)
        links = None if q or cursor else links_of(request, category=category)
        return await page(request, "products/index.html", links=links, **shown)

    @get("/products/{product_id:int}", opt=cached())
    async def product(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        product_id: FromPath[int],
    ) -> Template:
        language = language_of(request)
        row = await catalogue.product(product_id, request.user)
        related_products = await catalogue.related_products(row, request.user)
        categories = _categories(await catalogue.categories(), language)
        return await page(
            request,
            "products/show.html",
            links=links_of(request),
            product=ProductOut.of(row, language),
            related_products=[ProductOut.of(one, language) for one in related_products],
            category=next(one for one in categories if one.slug == row.category),
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
        found = _out(request, await catalogue.liked_by(user, cursor, limit))
        shown: dict[str, Any] = {
            "products": found.items,
            **page_links(request, found.next_cursor),
        }
        if is_htmx(request) and cursor:
            more = replaced_url(request, limit)
            return await page(request, "products/_more_update.html", headers=more, **shown)
        return await page(request, "likes/index.html", **shown)


def history_of(request: AnyRequest, filters: Filters) -> dict[str, str]:
    """htmx's history header: a changed search replaces the URL, so that "back" leaves the search
    instead of undoing it letter by letter; everything else pushes a new URL."""
    query = request.headers.get("hx-current-url", "").partition("?")[2]
    before = parse_qs(query).get("q", [""])[0]
    typing_on = before and filters.q and before != filters.q
    address = list_address(request).changed(q=filters.q, cursor=None)
    return {"hx-replace-url" if typing_on else "hx-push-url": address}


def _out(request: AnyRequest, rows: Page[ShelfRow]) -> ProductPage:
    language = language_of(request)
    return ProductPage([ProductOut.of(row, language) for row in rows.items], rows.next_cursor)


def _categories(rows: list[dict[str, str]], language: Language) -> tuple[CategoryOut, ...]:
    return tuple(
        CategoryOut(row["slug"], (language == "en" and row["name_en"]) or row["name"])
        for row in rows
    )
