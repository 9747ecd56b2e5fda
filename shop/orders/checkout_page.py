"""The checkout's page, at first and again after a refusal."""

from typing import Any

import msgspec
from litestar.response import Response

from shop.addresses.recipient import Recipient, countries
from shop.addresses.repository import SavedAddress
from shop.addresses.service import AddressService
from shop.cart.line import CartLine
from shop.cart.schemas import CartItemOut
from shop.errors import InvalidInput, ShopError
from shop.identity import SignedInUser
from shop.orders.form import Destination, checkout_url
from shop.products.delivery import PARCEL
from shop.products.quantity import MAX_QUANTITY
from shop.products.service import Item
from shop.web.i18n import language_of
from shop.web.pages import counters_of, is_htmx, page
from shop.web.problems import refusal_for, translated_errors
from shop.web.request import AnyRequest
from shop.web.versioned import versioned_page

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


async def checkout_of(
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


async def checkout_page(
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
        refusal=refusal,
        **_form(checkout, key, from_cart),
        **_recipient_context(request, checkout, destination or Destination(), error),
    )


async def reloaded_checkout_page(
    request: AnyRequest, checkout: CheckoutOut, key: str, from_cart: bool
) -> Response[Any]:
    """As `checkout_page`, at an address with the key: there it is the same page until something
    that it shows changes. With a recipient it is not kept."""
    if is_htmx(request) or checkout.has_parcel:
        return await checkout_page(request, checkout, key, from_cart)

    def variables() -> dict[str, Any]:
        return {
            "refusal": None,
            **_form(checkout, key, from_cart),
            **_recipient_context(request, checkout, Destination(), None),
        }

    version = msgspec.json.encode(checkout)
    return await versioned_page(request, "orders/checkout.html", version, variables)


def _form(checkout: CheckoutOut, key: str, from_cart: bool) -> dict[str, Any]:
    source = "cart" if from_cart else "direct"
    return {"checkout": checkout, "idempotency_key": key, "source": source}


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
        "countries": countries(language_of(request)) if checkout.has_parcel else (),
    }
