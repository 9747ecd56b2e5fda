"""`/sitemap.xml`: an index of the shelves and of all products (sitemaps.org, 0.9). Products come by
ranges of ids, so that a range's address never moves to other products, and are streamed: a million
of them take as little memory as a few thousand. There is no `lastmod`, because the shop does not
know when a product's page last changed."""

from collections.abc import AsyncIterator, Iterable
from typing import Any
from urllib.parse import quote

from litestar import Request, Router, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath
from litestar.response import Response, Stream
from markupsafe import escape

from shop.catalogue.service import CatalogueService
from shop.products.service import ProductService
from shop.web.links import origin_of
from shop.web.members import IDENTITY_FOR_MEMBERS

RANGE = 50_000  # addresses that one sitemap may hold
LAST_RANGE = 2**63 // RANGE
AT_ONCE = 1_000  # ids read by one query
XML = "application/xml; charset=utf-8"
FOR_AN_HOUR = {"cache-control": "public, max-age=3600"}
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

AnyRequest = Request[Any, Any, Any]


@get("/sitemap.xml")
async def index(request: AnyRequest, products: NamedDependency[ProductService]) -> Response[str]:
    base = f"{origin_of(request)}/sitemaps"
    ranges = await products.ranges_on_sale(RANGE)
    places = [f"{base}/shelves", *(f"{base}/products/{number}" for number in ranges)]
    entries = "".join(_entry("sitemap", place) for place in places)
    text = f'{HEAD}<sitemapindex xmlns="{NAMESPACE}">\n{entries}</sitemapindex>\n'
    return Response(text, media_type=XML, headers=FOR_AN_HOUR)


@get("/sitemaps/shelves")
async def shelves(
    request: AnyRequest, catalogue: NamedDependency[CatalogueService]
) -> Response[str]:
    base = f"{origin_of(request)}/"
    menus = (await catalogue.menus()).items()
    queries = [f"{name}={quote(value['slug'])}" for name, values in menus for value in values]
    places = [base, *(f"{base}?{query}" for query in queries)]
    text = HEAD + _opened() + _urls(places) + _closed()
    return Response(text, media_type=XML, headers=FOR_AN_HOUR)


@get("/sitemaps/products/{number:int}")
async def products_of_range(
    request: AnyRequest, products: NamedDependency[ProductService], number: FromPath[int]
) -> Stream:
    if not 0 <= number < LAST_RANGE:
        raise NotFoundException
    first = await products.ids_on_sale(number * RANGE, (number + 1) * RANGE, AT_ONCE)
    if not first:
        raise NotFoundException
    written = _written(products, f"{origin_of(request)}/products/", first, (number + 1) * RANGE)
    return Stream(written, media_type=XML, headers=FOR_AN_HOUR)


async def _written(
    products: ProductService, base: str, ids: list[int], last: int
) -> AsyncIterator[str]:
    yield HEAD + _opened()
    while ids:
        yield _urls(f"{base}{id_}" for id_ in ids)
        ids = await products.ids_on_sale(ids[-1], last, AT_ONCE)
    yield _closed()


def _opened() -> str:
    return f'<urlset xmlns="{NAMESPACE}">\n'


def _closed() -> str:
    return "</urlset>\n"


def _urls(places: Iterable[str]) -> str:
    return "".join(_entry("url", place) for place in places)


def _entry(tag: str, place: str) -> str:
    return f"<{tag}><loc>{escape(place)}</loc></{tag}>\n"


def sitemap_router() -> Router:
    return Router(
        "/",
        route_handlers=[index, shelves, products_of_range],
        include_in_schema=False,
        opt=IDENTITY_FOR_MEMBERS,
    )
