"""The guest cart: in a signed cookie of the browser, until its user signs in."""

import secrets

import msgspec
from litestar.datastructures import Cookie

from shop.cart.line import CartLine
from shop.cart.pending import ADD_TO_CART
from shop.cart.repository import CartRow
from shop.cart.service import Added, CartService, MoreThanLeft, check_room
from shop.identity import Counters
from shop.products.errors import Shortage
from shop.products.quantity import MAX_QUANTITY, checked_quantity
from shop.products.service import Item
from shop.web.cookies import expired_cookie, make_cookie, read_cookie
from shop.web.pending import Pending
from shop.web.request import AnyRequest
from shop.web.state import state_of

COOKIE = PURPOSE = "cart"
MAX_AGE = 30 * 86400  # seconds from the last change


class GuestCart(msgspec.Struct, frozen=True):
    """`key` names this cart: it is joined to a user's cart once, even if the sign-in form is sent
    twice. `last_add` is the key of the last form that added something."""

    key: str = ""
    rows: tuple[CartRow, ...] = ()
    last_add: str = ""

    def quantity_of(self, product_id: int) -> int:
        return next((row.quantity for row in self.rows if row.product_id == product_id), 0)

    def with_row(self, row: CartRow, last_add: str = "") -> "GuestCart":
        """The product stays where it stands; a new one is the last."""
        rows = {one.product_id: one for one in self.rows} | {row.product_id: row}
        return GuestCart(self.key or secrets.token_urlsafe(9), (*rows.values(),), last_add)

    def without(self, product_id: int) -> "GuestCart":
        rows = tuple(row for row in self.rows if row.product_id != product_id)
        return msgspec.structs.replace(self, rows=rows, last_add="")


def guest_cart_of(request: AnyRequest) -> GuestCart:
    """As this request has left it. What no shop has signed is an empty cart."""
    changed: GuestCart | None = request.scope["state"].get(COOKIE)
    if changed is not None:
        return changed
    signer = state_of(request.app).signer
    return signer.unpack(PURPOSE, read_cookie(request, COOKIE), GuestCart) or GuestCart()


class GuestCarts:
    """What the pages and the sign-in know of a guest's cart."""

    def counters(self, request: AnyRequest) -> Counters:
        return Counters(cart_count=sum(row.quantity for row in guest_cart_of(request).rows))

    def pending(self, request: AnyRequest) -> list[Pending]:
        """What a sign-in puts into the user's cart."""
        cart = guest_cart_of(request)
        return [
            Pending(ADD_TO_CART, row.product_id, row.quantity, key=cart.key) for row in cart.rows
        ]

    def forget(self, request: AnyRequest) -> Cookie:
        return expired_cookie(request, COOKIE)


class GuestBasket:
    """A guest's cart, with the rules of a user's. `cookies` are to be set after a change."""

    def __init__(self, request: AnyRequest, service: CartService) -> None:
        self._request, self._service = request, service
        self.cookies: list[Cookie] = []

    async def lines(self) -> list[CartLine]:
        return await self.lines_of(guest_cart_of(self._request).rows)

    async def lines_of(self, rows: tuple[CartRow, ...]) -> list[CartLine]:
        return await self._service.lines_of(rows, None)

    async def add(self, item: Item, key: str) -> Added:
        """As CartService.add."""
        checked_quantity(item.quantity)
        cart = guest_cart_of(self._request)
        product = await self._service.product(item.product_id)
        held = cart.quantity_of(product.id)
        if key and key == cart.last_add:
            return Added(product, is_most=held == MAX_QUANTITY)
        check_room(cart.rows, product.id)
        quantity = min(held + item.quantity, MAX_QUANTITY)
        if quantity > product.stock:
            raise MoreThanLeft(Shortage(product.id, item.quantity, product.stock), held)
        self._keep(cart.with_row(CartRow(product.id, quantity, product.price), key))
        return Added(product, is_most=quantity == MAX_QUANTITY)

    async def set(self, item: Item) -> None:
        checked_quantity(item.quantity)
        product = await self._service.product(item.product_id)
        cart = guest_cart_of(self._request)
        check_room(cart.rows, product.id)
        self._keep(cart.with_row(CartRow(product.id, item.quantity, product.price)))

    async def remove(self, product_id: int) -> list[CartRow]:
        cart = guest_cart_of(self._request)
        removed = [row for row in cart.rows if row.product_id == product_id]
        if removed:
            self._keep(cart.without(product_id))
        return removed

    async def put_back(self, row: CartRow) -> None:
        await self._service.check_put_back(row)
        cart = guest_cart_of(self._request)
        check_room(cart.rows, row.product_id)
        self._keep(cart.with_row(row))

    def _keep(self, cart: GuestCart) -> None:
        self._request.scope["state"][COOKIE] = cart
        if cart.rows:
            packed = state_of(self._request.app).signer.pack(PURPOSE, cart)
            self.cookies = [make_cookie(self._request, COOKIE, packed, MAX_AGE)]
        else:
            self.cookies = [expired_cookie(self._request, COOKIE)]
