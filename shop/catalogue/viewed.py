"""Products that the visitor has looked at: a page, and a row that other pages load."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromQuery
from litestar.response import Response, Template

from shop.catalogue.schemas import ProductOut
from shop.catalogue.service import CatalogueService
from shop.web.i18n import language_of
from shop.web.pages import is_htmx, page, redirect
from shop.web.request import ShopRequest
from shop.web.viewed import forget_viewed, viewed_of

PATH = "/recently-viewed"


class ViewedController(Controller):
    path = PATH
    include_in_schema = False

    @get()
    async def viewed(
        self,
        request: ShopRequest,
        catalogue: NamedDependency[CatalogueService],
        but: FromQuery[int] = 0,
    ) -> Template:
        """`but`: the product that the reader looks at."""
        ids = [id_ for id_ in viewed_of(request.scope["headers"]) if id_ != but]
        found = await catalogue.chosen(ids) if ids else []
        products = [ProductOut.of(row, language_of(request)) for row in found]
        template = "products/_viewed_row.html" if is_htmx(request) else "products/viewed.html"
        return await page(request, template, products=products)

    @post("/clear", status_code=200)
    async def clear(self, request: ShopRequest) -> Response[Any]:
        return redirect(request, PATH, cookies=[forget_viewed(request)])
