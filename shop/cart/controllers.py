"""The cart in JSON."""

import msgspec
from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from shop.cart.service import CartLine, CartService
from shop.products.service import Item
from shop.users.identity import signed_in_only
from shop.users.service import UserService
from shop.web.languages import Language, language_of
from shop.web.openapi import refusals, refusals_of_write
from shop.web.request import AnyRequest, ShopRequest


class CartItemOut(msgspec.Struct):
    """One product in the cart. `stock` is on hand now; `available`: whether that will do.
    Where it will not, `subtotal` is 0."""

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
    """The cart; `total` in points of what is available, `count` of all items in it."""

    items: list[CartItemOut]
    total: int
    count: int

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


class QuantityIn(msgspec.Struct):
    quantity: int


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


async def cart_of(request: AnyRequest, cart: CartService) -> CartOut:
    """The cart of the request's user, in their language."""
    return CartOut.of(await cart.lines(request.user), language_of(request))
