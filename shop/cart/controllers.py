"""The cart in JSON."""

from litestar import Controller, delete, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from shop.cart.schemas import CartOut, QuantityIn
from shop.cart.service import CartService
from shop.products.service import Item
from shop.users.middleware import signed_in_only
from shop.users.service import UserService
from shop.web.i18n import language_of
from shop.web.openapi import SIGNED_IN, SIGNED_IN_WRITE, refusals, refusals_of_write
from shop.web.request import AnyRequest, ShopRequest


class CartApiController(Controller):
    path = "/cart"
    tags = ["Cart"]
    guards = [signed_in_only]

    @get(
        operation_id="getCart",
        summary="Get the cart",
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
        summary="Add a product to the cart, or change its quantity",
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
        summary="Remove a product from the cart",
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
