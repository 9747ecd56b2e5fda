"""The checkout page: items, total and balance; and the form that pays."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Response

from shop.addresses.service import AddressService
from shop.cart.repository import CartRow
from shop.cart.service import CartService
from shop.errors import InvalidInput, ShopError, Unavailable
from shop.limits.service import ORDERS_BY_USER, RateLimiter
from shop.orders.checkout_page import checkout_of, checkout_page, reloaded_checkout_page
from shop.orders.errors import KeyReused
from shop.orders.form import CheckoutForm, checkout_url, form_in, items_in, key_in
from shop.orders.service import OrderService
from shop.products.quantity import checked_quantity
from shop.products.service import Item, summed
from shop.users.kept import KEEPS_INPUT, show_first
from shop.users.service import UserService
from shop.web.forms import urlencoded_form
from shop.web.pages import is_htmx, local_path, redirect, sign_in_first
from shop.web.request import ShopRequest


class CheckoutController(Controller):
    path = "/checkout"
    include_in_schema = False

    @get()
    async def show(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        cart: NamedDependency[CartService],
        orders: NamedDependency[OrderService],
        addresses: NamedDependency[AddressService],
    ) -> Response[Any]:
        """The checkout of the products in the URL ("buy now"), or else of the cart. Redirects to a
        URL with a key, so that a reload is the same order; once ordered, to the order."""
        user = users.authenticated(request.user)
        query = request.query_params
        named, key = items_in(query), key_in(query)
        from_cart = query.get("source") == "cart" or not named
        if key and (order_id := await orders.placed_with(user, key)):
            return redirect(request, f"/orders/{order_id}", "already-ordered")
        if not is_htmx(request) and "key" not in query:
            return redirect(request, checkout_url(named, from_cart, key or _new_key()))
        held = await cart.lines(user) if from_cart else []
        lines = await cart.lines_of(_rows(named), user) if named else held
        in_cart = {line.product_id: line.quantity for line in held}
        shown = await checkout_of(request, addresses, user, lines, in_cart)
        if key:
            return await reloaded_checkout_page(request, shown, key, from_cart)
        return await checkout_page(request, shown, _new_key(), from_cart)

    @post(status_code=200, opt=KEEPS_INPUT)
    async def pay(
        self,
        request: ShopRequest,
        cart: NamedDependency[CartService],
        orders: NamedDependency[OrderService],
        addresses: NamedDependency[AddressService],
        limiter: NamedDependency[RateLimiter],
    ) -> Response[Any]:
        form = form_in(await urlencoded_form(request))
        if request.user is None:
            return sign_in_first(request, _way_back(form))
        try:
            show_first(request)
            await limiter.use(ORDERS_BY_USER, request.user.id)
            placed = await orders.place(form.request_of(request.user.id))
        except ShopError as error:
            try:
                return await _again(request, cart, addresses, form, error)
            except Unavailable:
                raise error from None  # the first error is the cause
        notice = "already-ordered" if placed.replayed else "ordered"
        if form.destination.keep and form.destination.recipient and not placed.replayed:
            with suppress(ShopError):  # the order stands, even if the book is full
                await addresses.add(request.user, form.destination.recipient)
        return redirect(request, f"/orders/{placed.order.id}", notice)

    @post("/update", status_code=200, opt=KEEPS_INPUT)
    async def update(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        cart: NamedDependency[CartService],
        addresses: NamedDependency[AddressService],
    ) -> Response[Any]:
        """The form at the total of its quantities. With a recipient, which must not be in a URL."""
        users.authenticated(request.user)
        form, error = form_in(await urlencoded_form(request)), None
        try:
            show_first(request)
            for item in summed(form.items):
                checked_quantity(item.quantity)
        except InvalidInput as wrong:
            error = wrong
        return await _again(request, cart, addresses, form, error)


def _new_key() -> str:
    return uuid.uuid4().hex


def _way_back(form: CheckoutForm) -> str:
    """The URL of this checkout, for after signing in; if it is too long, of the whole cart."""
    short = checkout_url([], True, form.key)
    return local_path(checkout_url(summed(form.items), form.from_cart, form.key), otherwise=short)


async def _again(
    request: ShopRequest,
    cart: CartService,
    addresses: AddressService,
    form: CheckoutForm,
    error: ShopError | None,
) -> Response[Any]:
    """The form as submitted, at current prices, with the refusal and what can be done."""
    user = request.user
    assert user is not None
    lines = await cart.lines_of(_rows(summed(form.items)), user)
    in_cart = {item.product_id: item.quantity for item in summed(form.held)}
    shown = await checkout_of(request, addresses, user, lines, in_cart)
    key = _new_key() if isinstance(error, KeyReused) else form.key
    return await checkout_page(request, shown, key, form.from_cart, error, form.destination)


def _rows(items: Sequence[Item]) -> list[CartRow]:
    return [CartRow(item.product_id, item.quantity, price_seen=0) for item in items]
