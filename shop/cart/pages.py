"""The cart in a browser: plain forms, and for htmx the fragments that changed."""

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, URLEncodedBody
from litestar.response import Response, Template

from shop.cart.basket import Basket, basket_of
from shop.cart.repository import CartRow
from shop.cart.schemas import CartItemOut, CartOut
from shop.cart.service import CartService
from shop.products.quantity import MAX_QUANTITY
from shop.products.service import Item
from shop.web.i18n import language_of
from shop.web.notices import Notice
from shop.web.pages import current_url, is_htmx, page, redirect
from shop.web.request import AnyRequest, ShopRequest
from shop.web.versioned import versioned_page

FormKey = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9_-]{0,64}\Z")]


class CartForm(msgspec.Struct):
    """Quantity 0 takes the product out. `form_key` is new on each page that adds to the cart, so
    that a double click adds once."""

    quantity: int = 1
    product_id: int = 0
    form_key: FormKey = ""


class PutBackForm(msgspec.Struct):
    """What stood in the cart before it was removed."""

    quantity: int
    price_seen: int


Form = URLEncodedBody[CartForm]


class CartController(Controller):
    path = "/cart"
    include_in_schema = False

    @get()
    async def show(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        removed: FromQuery[int] = 0,
        quantity: FromQuery[int] = 0,
        price_seen: FromQuery[int] = 0,
    ) -> Template:
        """After a removal the address says what it was, so that it can be undone."""
        basket, gone = basket_of(request, cart), CartRow(removed, quantity, price_seen)
        shown = await _shown(request, basket, gone)
        version = (*shown["cart"].items, shown["removed"])
        return await versioned_page(request, "cart/show.html", version, lambda: shown)

    @post("/items", status_code=200)
    async def add(
        self, request: ShopRequest, cart: NamedDependency[CartService], data: Form
    ) -> Response[Any]:
        basket = basket_of(request, cart)
        added = await basket.add(Item(data.product_id, data.quantity), data.form_key)
        if not is_htmx(request):
            notice = Notice("cart-most", MAX_QUANTITY) if added.is_most else "put-in-cart"
            return redirect(request, current_url(request), notice, cookies=basket.cookies)
        return await page(
            request,
            "cart/_added.html",
            cookies=basket.cookies,
            product_name=added.product.named(language_of(request)),
            most=MAX_QUANTITY if added.is_most else 0,
        )

    @post("/items/{product_id:int}", status_code=200)
    async def change(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        cart: NamedDependency[CartService],
        data: Form,
    ) -> Response[Any]:
        basket = basket_of(request, cart)
        if data.quantity == 0:
            return await _removed(request, basket, await basket.remove(product_id))
        await basket.set(Item(product_id, data.quantity))
        return await _changed(request, basket)

    @post("/items/{product_id:int}/put-back", status_code=200)
    async def put_back(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        cart: NamedDependency[CartService],
        data: URLEncodedBody[PutBackForm],
    ) -> Response[Any]:
        basket = basket_of(request, cart)
        await basket.put_back(CartRow(product_id, data.quantity, data.price_seen))
        return await _changed(request, basket, back=product_id)


async def _changed(request: AnyRequest, basket: Basket, back: int | None = None) -> Response[Any]:
    """`back`: the product that was put back, where the reader goes on."""
    if not is_htmx(request):
        return redirect(request, "/cart", "cart-changed", cookies=basket.cookies)
    return await page(
        request,
        "cart/_update.html",
        cookies=basket.cookies,
        cart=CartOut.of(await basket.lines(), language_of(request)),
        removed=None,
        back=back,
    )


async def _removed(request: AnyRequest, basket: Basket, rows: list[CartRow]) -> Response[Any]:
    if not rows:
        return await _changed(request, basket)
    if not is_htmx(request):
        removed, quantity, price_seen = rows[0]
        query = {"removed": removed, "quantity": quantity, "price_seen": price_seen}
        return redirect(request, f"/cart?{urlencode(query)}", cookies=basket.cookies)
    shown = await _shown(request, basket, rows[0])
    return await page(request, "cart/_update.html", cookies=basket.cookies, **shown)


async def _shown(request: AnyRequest, basket: Basket, gone: CartRow) -> dict[str, Any]:
    """The cart, and the removed items that are not back in it."""
    lines = await basket.lines()
    held = {line.product_id for line in lines}
    [line] = await basket.lines_of((gone,))
    removable = line.product is not None and line.product_id not in held
    language = language_of(request)
    return {
        "cart": CartOut.of(lines, language),
        "removed": CartItemOut.of(line, language) if removable else None,
        "back": None,
    }
