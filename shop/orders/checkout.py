"""The checkout: what one has, what it costs, what remains; and the form that pays."""

import uuid
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Response

from shop.cart.controllers import CartItemOut
from shop.cart.repository import CartRow
from shop.cart.service import MAX_LINES, CartLine, CartService, checked_quantity
from shop.errors import N_, FieldError, InvalidInput, KeyReused, ShopError, Unavailable
from shop.limits.service import ORDERS_BY_USER, RateLimiter
from shop.orders.key import checked_key
from shop.orders.service import OrderService, Wish
from shop.points.service import PointService
from shop.products.service import Item
from shop.users.service import UserService
from shop.web.forms import urlencoded_form
from shop.web.languages import language_of
from shop.web.pages import go_to, is_htmx, page, sign_in_first
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest, ShopRequest, SignedInUser


class CheckoutOut(msgspec.Struct):
    """What is to be bought, and what of the balance remains after it, in points. `total` is of
    what is available."""

    items: list[CartItemOut]
    total: int
    balance: int
    remaining: int

    @property
    def orderable(self) -> bool:
        return all(item.available for item in self.items)


class CheckoutForm(msgspec.Struct):
    """The form as it was filled in. `unit_prices` are those that its page showed."""

    items: list[Item]
    unit_prices: list[int]
    key: str
    from_cart: bool

    @property
    def wish(self) -> Wish:
        """What it asks for, at the prices it showed: any other is refused."""
        prices = zip(self.items, self.unit_prices, strict=True)
        total = sum(item.quantity * price for item, price in prices)
        return Wish(self.items, total, self.from_cart)


class CheckoutController(Controller):
    path = "/checkout"
    include_in_schema = False

    @get()
    async def show(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        cart: NamedDependency[CartService],
        points: NamedDependency[PointService],
    ) -> Response[Any]:
        """Of the products named in the address ("buy now"), else of the cart."""
        user = users.authenticated(request.user)
        named = _items_of(request.query_params)
        for item in named:
            checked_quantity(item.quantity)
        in_cart = request.query_params.get("source") == "cart"
        lines = await cart.lines_of(_rows(named)) if named else await cart.lines(user)
        shown = await _checkout(request, points, user, lines)
        return await _page(request, shown, uuid.uuid4().hex, in_cart or not named)

    @post(status_code=200)
    async def pay(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        points: NamedDependency[PointService],
        orders: NamedDependency[OrderService],
        limiter: NamedDependency[RateLimiter],
    ) -> Response[Any]:
        form = _form_of(await urlencoded_form(request))
        if request.user is None:
            return sign_in_first(request, f"/checkout?{_query_of(form.items)}")
        try:
            await limiter.use(ORDERS_BY_USER, request.user.id)
            placed = await orders.place(request.user, form.wish, form.key)
        except ShopError as error:
            try:
                return await _refused(request, cart, points, form, error)
            except Unavailable:
                raise error from None  # what went wrong first says more
        return go_to(request, f"/orders/{placed.order.id}", notice="ordered")


async def _refused(
    request: ShopRequest,
    cart: CartService,
    points: PointService,
    form: CheckoutForm,
    error: ShopError,
) -> Response[Any]:
    """The form as it was filled in, at today's prices, with the refusal and the way out."""
    user = request.user
    assert user is not None
    lines = await cart.lines_of(_rows(form.items))
    shown = await _checkout(request, points, user, lines)
    key = uuid.uuid4().hex if isinstance(error, KeyReused) else form.key
    return await _page(request, shown, key, form.from_cart, error)


def _rows(items: Sequence[Item]) -> list[CartRow]:
    return [CartRow(item.product_id, item.quantity, price_seen=0) for item in items]


async def _checkout(
    request: AnyRequest, points: PointService, user: SignedInUser, lines: list[CartLine]
) -> CheckoutOut:
    items = [CartItemOut.of(line, language_of(request)) for line in lines]
    total = sum(item.subtotal for item in items)
    balance = await points.balance(user.id)
    return CheckoutOut(items, total, balance, balance - total)


async def _page(
    request: AnyRequest,
    checkout: CheckoutOut,
    key: str,
    from_cart: bool,
    error: ShopError | None = None,
) -> Response[Any]:
    refusal = refusal_for(request, error) if error else None
    return await page(
        request,
        "orders/_checkout.html" if is_htmx(request) else "orders/checkout.html",
        status=refusal.answer.status if refusal else 200,
        headers=refusal.headers if refusal else {},
        checkout=checkout,
        idempotency_key=key,
        source="cart" if from_cart else "direct",
        refusal=refusal,
    )


def _form_of(form: Any) -> CheckoutForm:
    """Raises InvalidInput."""
    items = _items_of(form)
    unit_prices = _numbers(form, "unit_price")
    if len(unit_prices) != len(items):
        raise _unreadable("unit_price")
    key = checked_key(str(form.get("idempotency_key", "")))
    return CheckoutForm(items, unit_prices, key, form.get("source") == "cart")


def _items_of(form: Any) -> list[Item]:
    product_ids, quantities = _numbers(form, "product_id"), _numbers(form, "quantity")
    if len(product_ids) != len(quantities) or len(product_ids) > MAX_LINES:
        raise _unreadable("items")
    return [Item(*pair) for pair in zip(product_ids, quantities, strict=True)]


def _numbers(form: Any, name: str) -> list[int]:
    try:
        return [int(str(value)[:20]) for value in form.getall(name, [])]
    except ValueError:
        raise _unreadable(name) from None


def _unreadable(field: str) -> InvalidInput:
    return InvalidInput(FieldError(field, N_("This value does not fit.")))


def _query_of(items: Sequence[Item]) -> str:
    pairs: list[tuple[str, int]] = []
    for item in items:
        pairs += [("product_id", item.product_id), ("quantity", item.quantity)]
    return urlencode(pairs)
