"""The cart, as a page with plain forms, as fragments for htmx, and as JSON."""

from typing import Any

import msgspec
from litestar import Controller, delete, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, URLEncodedBody
from litestar.response import Response, Template

from shop.cart.service import CartLine, CartService, checked_quantity
from shop.products.service import Item
from shop.users.identity import signed_in_only
from shop.users.service import UserService
from shop.web.languages import Language, language_of
from shop.web.openapi import refusals, refusals_of_write
from shop.web.pages import go_to, here, is_htmx, page
from shop.web.pending import Pending, sign_in_to
from shop.web.request import AnyRequest, ShopRequest


class CartItemOut(msgspec.Struct):
    """One product in the cart. `stock` is on hand now; `available`: whether that will do."""

    product_id: int
    name: str
    image_url: str | None
    quantity: int
    unit_price: int
    subtotal: int
    stock: int
    price_seen: int
    sold: bool
    available: bool

    @classmethod
    def of(cls, line: CartLine, language: Language) -> "CartItemOut":
        offer = line.offer
        return cls(
            product_id=line.product_id,
            name=offer.named(language) if offer else "",
            image_url=offer.image_url if offer else None,
            quantity=line.quantity,
            unit_price=offer.price if offer else line.price_seen,
            subtotal=line.subtotal,
            stock=offer.quantity if offer and line.sold else 0,
            price_seen=line.price_seen,
            sold=line.sold,
            available=line.available,
        )


class CartOut(msgspec.Struct):
    """The cart; `total` in points of what is still sold, `count` of all items in it."""

    items: list[CartItemOut]
    total: int
    count: int

    @classmethod
    def of(cls, lines: list[CartLine], language: Language) -> "CartOut":
        return cls(
            items=[CartItemOut.of(line, language) for line in lines],
            total=sum(line.subtotal for line in lines),
            count=sum(line.quantity for line in lines),
        )


class QuantityIn(msgspec.Struct):
    quantity: int


class CartForm(msgspec.Struct):
    """Quantity 0 takes the product out."""

    quantity: int = 1
    product_id: int = 0


Form = URLEncodedBody[CartForm]


class CartApiController(Controller):
    path = "/cart"
    tags = ["Cart"]
    guards = [signed_in_only]

    @get(summary="My cart", responses=refusals())
    async def show(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        cart: NamedDependency[CartService],
    ) -> CartOut:
        users.authenticated(request.user)
        return await cart_of(request, cart)

    @put(
        "/items/{product_id:int}",
        summary="Put a product in, or change how many",
        responses=refusals_of_write(400, 404),
    )
    async def put_in(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        users: NamedDependency[UserService],
        cart: NamedDependency[CartService],
        data: JSONBody[QuantityIn],
    ) -> CartOut:
        user = users.authenticated(request.user)
        await cart.set(user, Item(product_id, data.quantity))
        return await cart_of(request, cart)

    @delete(
        "/items/{product_id:int}",
        status_code=200,
        summary="Take a product out",
        responses=refusals_of_write(400, 404),
    )
    async def take_out(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        users: NamedDependency[UserService],
        cart: NamedDependency[CartService],
    ) -> CartOut:
        user = users.authenticated(request.user)
        await cart.remove(user, product_id)
        return await cart_of(request, cart)


class CartController(Controller):
    path = "/cart"
    include_in_schema = False

    @get()
    async def show(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        cart: NamedDependency[CartService],
    ) -> Template:
        users.authenticated(request.user)
        return await page(request, "cart/show.html", cart=await cart_of(request, cart))

    @post("/items", status_code=200)
    async def add(
        self, request: ShopRequest, cart: NamedDependency[CartService], data: Form
    ) -> Response[Any]:
        if request.user is None:
            quantity = checked_quantity(data.quantity)
            return sign_in_to(request, Pending("cart", data.product_id, quantity))
        offer = await cart.add(request.user, Item(data.product_id, data.quantity))
        if not is_htmx(request):
            return go_to(request, here(request), notice="put-in-cart")
        name = offer.named(language_of(request))
        return await page(request, "cart/_added.html", product_name=name)

    @post("/items/{product_id:int}", status_code=200)
    async def change(
        self,
        request: ShopRequest,
        product_id: FromPath[int],
        users: NamedDependency[UserService],
        cart: NamedDependency[CartService],
        data: Form,
    ) -> Response[Any]:
        user = users.authenticated(request.user)
        if data.quantity == 0:
            await cart.remove(user, product_id)
        else:
            await cart.set(user, Item(product_id, data.quantity))
        if not is_htmx(request):
            return go_to(request, "/cart", notice="cart-changed")
        return await page(request, "cart/_answer.html", cart=await cart_of(request, cart))


async def cart_of(request: AnyRequest, cart: CartService) -> CartOut:
    """The cart of the request's user, in their language."""
    return CartOut.of(await cart.lines(request.user), language_of(request))
