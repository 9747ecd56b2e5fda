"""The checkout page: items, total and balance; and the form that pays."""

import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.response import Response

from shop.addresses.recipient import Recipient, countries
from shop.addresses.repository import SavedAddress
from shop.addresses.service import AddressService
from shop.cart.line import CartLine
from shop.cart.repository import CartRow
from shop.cart.schemas import CartItemOut
from shop.cart.service import CartService
from shop.errors import InvalidInput, ShopError, Unavailable
from shop.identity import SignedInUser
from shop.limits.service import ORDERS_BY_USER, RateLimiter
from shop.orders.errors import KeyReused
from shop.orders.form import (
    CheckoutForm,
    Destination,
    checkout_url,
    form_in,
    items_in,
    key_in,
)
from shop.orders.service import OrderService
from shop.products.delivery import PARCEL
from shop.products.quantity import MAX_QUANTITY, checked_quantity
from shop.products.service import Item, summed
from shop.users.service import UserService
from shop.web.forms import urlencoded_form
from shop.web.i18n import language_of
from shop.web.pages import counters_of, is_htmx, local_path, page, redirect, sign_in_first
from shop.web.problems import refusal_for, translated_errors
from shop.web.request import AnyRequest, ShopRequest

NEW = Recipient("", "", "", "")


class CheckoutOut(msgspec.Struct):
    """What is bought, and the balance before and after, in points. `total` counts what is
    available. `in_cart`: items in the cart by product. `has_parcel`: whether it needs a recipient;
    then `addresses` are the user's."""

    items: list[CartItemOut]
    in_cart: dict[int, int]
    total: int
    balance: int
    remaining: int
    has_parcel: bool
    addresses: list[SavedAddress]

    @property
    def orderable(self) -> bool:
        return all(item.available for item in self.items)


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
        shown = await _checkout(request, addresses, user, lines, in_cart)
        return await _page(request, shown, key or _new_key(), from_cart)

    @post(status_code=200)
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

    @post("/update", status_code=200)
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
    shown = await _checkout(request, addresses, user, lines, in_cart)
    key = _new_key() if isinstance(error, KeyReused) else form.key
    return await _page(request, shown, key, form.from_cart, error, form.destination)


def _rows(items: Sequence[Item]) -> list[CartRow]:
    return [CartRow(item.product_id, item.quantity, price_seen=0) for item in items]


async def _checkout(
    request: AnyRequest,
    addresses: AddressService,
    user: SignedInUser,
    lines: list[CartLine],
    in_cart: dict[int, int],
) -> CheckoutOut:
    items = [CartItemOut.of(line, language_of(request)) for line in lines]
    total = sum(item.subtotal for item in items)
    balance = (await counters_of(request)).balance
    has_parcel = any(line.product and line.product.delivery == PARCEL for line in lines)
    saved = await addresses.of_user(user) if has_parcel else []
    return CheckoutOut(items, in_cart, total, balance, balance - total, has_parcel, saved)


async def _page(
    request: AnyRequest,
    checkout: CheckoutOut,
    key: str,
    from_cart: bool,
    error: ShopError | None = None,
    destination: Destination | None = None,
) -> Response[Any]:
    refusal = refusal_for(request, error) if error else None
    items = [Item(item.product_id, item.quantity) for item in checkout.items]
    address = {"hx-replace-url": checkout_url(items, from_cart, key)} if is_htmx(request) else {}
    return await page(
        request,
        "orders/_checkout.html" if is_htmx(request) else "orders/checkout.html",
        status=refusal.answer.status if refusal else 200,
        headers=address | (refusal.headers if refusal else {}),
        checkout=checkout,
        idempotency_key=key,
        source="cart" if from_cart else "direct",
        refusal=refusal,
        **_recipient_context(request, checkout, destination or Destination(), error),
    )


def _recipient_context(
    request: AnyRequest,
    checkout: CheckoutOut,
    destination: Destination,
    error: ShopError | None,
) -> dict[str, Any]:
    """The recipient's part of the form, if the order has a parcel. It begins with the user's first
    address."""
    errors = translated_errors(request, error) if isinstance(error, InvalidInput) else []
    first = checkout.addresses[0].id if checkout.addresses else None
    wrong_lines = [
        item.product_id
        for item in checkout.items
        if item.stock and not 1 <= item.quantity <= MAX_QUANTITY
    ]
    return {
        "chosen": None if destination.recipient else destination.address_id or first,
        "recipient": destination.recipient or NEW,
        "keep": destination.keep,
        "wrong_lines": wrong_lines,
        "errors": {
            wrong["field"]: wrong["message"]
            for wrong in errors
            if (wrong["field"] == "quantity" and wrong_lines)
            or (checkout.has_parcel and wrong["field"].startswith("recipient."))
        },
        "countries": countries(language_of(request)) if checkout.has_parcel else {},
    }
