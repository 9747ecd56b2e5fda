"""The cart in JSON."""

from typing import Annotated

import msgspec
from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from shop.cart.service import CartLine, CartService
from shop.products.service import Item
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.i18n import Language, language_of
from shop.web.openapi import (
    SIGNED_IN,
    SIGNED_IN_WRITE,
    about,
    refusals,
    refusals_of_write,
)
from shop.web.request import AnyRequest, ShopRequest
from shop.web.strict import RequestBody


class CartItemOut(msgspec.Struct):
    """One product in the cart."""

    product_id: int
    name: str
    image_url: str | None
    quantity: Annotated[int, about("Items.", 2)]
    unit_price: Annotated[int, about("Points for one, now.", 12_800)]
    subtotal: Annotated[int, about("Points; 0 if not available.", 25_600)]
    stock: Annotated[int, about("Items on hand now.", 40)]
    price_seen: Annotated[int, about("Points for one when it was put into the cart.", 12_800)]
    sold: Annotated[bool, about("False if the product was withdrawn.")]
    available: Annotated[bool, about("Whether this many are on hand.")]

    @classmethod
    def of(cls, line: CartLine, language: Language) -> "CartItemOut":
        product = line.product
        return cls(
            product_id=line.product_id,
            name=product.named(language) if product else "",
            image_url=product.image_url if product else None,
            quantity=line.quantity,
            unit_price=product.price if product else line.price_seen,
            subtotal=line.subtotal,
            stock=product.stock if product and line.sold else 0,
            price_seen=line.price_seen,
            sold=line.sold,
            available=line.available,
        )


class CartOut(msgspec.Struct):
    """The user's cart."""

    items: list[CartItemOut]
    total: Annotated[int, about("Points for what is available.", 25_600)]
    count: Annotated[int, about("Items in it, available or not.", 2)]

    @property
    def orderable(self) -> bool:
        return all(item.available for item in self.items)

    @classmethod
    def of(cls, lines: list[CartLine], language: Language) -> "CartOut":
        return cls(
            items=[CartItemOut.of(line, language) for line in lines],
            total=sum(line.subtotal for line in lines),
            count=sum(line.quantity for line in lines),
        )


class QuantityIn(RequestBody):
    quantity: Annotated[int, about("Items, 1 to 99.", 2)]


class CartApiController(Controller):
    path = "/cart"
    tags = ["Cart"]
    guards = [signed_in_only]

    @get(
        operation_id="getCart",
        summary="My cart",
        security=SIGNED_IN,
        responses=refusals(),
    )
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
        operation_id="setCartItem",
        summary="Put a product in, or change how many",
        security=SIGNED_IN_WRITE,
        responses=refusals_of_write(404),
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
        operation_id="removeCartItem",
        summary="Take a product out",
        security=SIGNED_IN_WRITE,
        responses=refusals_of_write(404),
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


async def cart_of(request: AnyRequest, cart: CartService) -> CartOut:
    """The cart of the request's user, in their language."""
    return CartOut.of(await cart.lines(request.user), language_of(request))
