"""The checkout's form and URL: the items, whether they come from the cart, and the key."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from shop.addresses.recipient import Recipient
from shop.errors import N_, FieldError, InvalidInput
from shop.numbers import submitted_number
from shop.orders.key import checked_key, wrong_key
from shop.orders.request import OrderRequest
from shop.products.quantity import MAX_LINES, checked_quantity
from shop.products.service import Item, summed

KEY = "idempotency_key"  # the field of the form; in the URL it is `key`


class Destination(msgspec.Struct, frozen=True):
    """Where the form sends parcels: to a saved address, or to a new `recipient`, which with `keep`
    is added to the address book. Neither, if the form did not ask."""

    address_id: int | None = None
    recipient: Recipient | None = None
    keep: bool = False


class CheckoutForm(msgspec.Struct):
    """The submitted form. `unit_prices` and `in_cart` (items) are what its page showed."""

    items: list[Item]
    unit_prices: list[int]
    in_cart: list[int]
    key: str
    from_cart: bool
    destination: Destination = Destination()

    def request_of(self, user_id: int) -> OrderRequest:
        """The order, at the prices that the page showed: any other total is refused."""
        prices = zip(self.items, self.unit_prices, strict=True)
        total = sum(item.quantity * price for item, price in prices)
        in_cart = self.held if self.from_cart else []
        return OrderRequest(
            user_id,
            self.items,
            total,
            in_cart,
            self.key,
            self.destination.recipient,
            self.destination.address_id,
        )

    @property
    def held(self) -> list[Item]:
        return [
            Item(item.product_id, max(quantity, 1))
            for item, quantity in zip(self.items, self.in_cart, strict=True)
        ]


def form_in(form: Any) -> CheckoutForm:
    """Raises InvalidInput."""
    items = _items_in(form)
    unit_prices = _numbers(form, "unit_price")
    if len(unit_prices) != len(items):
        raise _unreadable("unit_price")
    in_cart = _numbers(form, "in_cart") or [item.quantity for item in items]
    if len(in_cart) != len(items):
        raise _unreadable("in_cart")
    key = checked_key(str(form.get(KEY, "")))
    from_cart = form.get("source") == "cart"
    return CheckoutForm(items, unit_prices, in_cart, key, from_cart, destination_in(form))


def destination_in(form: Any) -> Destination:
    """Raises InvalidInput."""
    chosen = form.get("address", "")
    if chosen == "new":
        return Destination(recipient=_recipient_in(form), keep=bool(form.get("keep")))
    return Destination(_numbers(form, "address")[0] if chosen else None)


def _recipient_in(form: Any) -> Recipient:
    fields = Recipient.__struct_fields__
    given = {name: str(form.get(f"recipient.{name}", "")) for name in fields}
    return Recipient(**given)


def items_in(query: Any) -> list[Item]:
    """The items in a checkout's URL, the same product summed. Raises InvalidInput."""
    items = summed(_items_in(query))
    for item in items:
        checked_quantity(item.quantity)
    return items


def key_in(query: Any) -> str | None:
    """The key in a URL, under either of its names. Raises InvalidInput."""
    keys = [*query.getall("key", []), *query.getall(KEY, [])]
    if len(set(keys)) > 1:
        raise wrong_key()
    return checked_key(keys[0]) if keys else None


def checkout_url(items: Sequence[Item], from_cart: bool, key: str) -> str:
    """The URL of a checkout of these items, or of the whole cart if there are none."""
    pairs: list[tuple[str, str | int]] = []
    for item in items:
        pairs += [("product_id", item.product_id), ("quantity", item.quantity)]
    pairs += [("source", "cart")] if from_cart else []
    return f"/checkout?{urlencode([*pairs, ('key', key)])}"


def chosen_items(form: Any) -> list[Item]:
    """Those of an order's items of which at least one is chosen. Raises InvalidInput."""
    ids = _numbers(form, "product_id")
    quantities = [submitted_number(text or "0", "quantity") for text in form.getall("quantity", [])]
    if len(ids) != len(quantities):
        raise _unreadable("quantity")
    return [Item(*pair) for pair in zip(ids, quantities, strict=True) if pair[1]]


def _items_in(form: Any) -> list[Item]:
    product_ids, quantities = _numbers(form, "product_id"), _numbers(form, "quantity")
    if len(product_ids) != len(quantities) or len(product_ids) > MAX_LINES:
        raise _unreadable("items")
    return [Item(*pair) for pair in zip(product_ids, quantities, strict=True)]


def _numbers(form: Any, name: str) -> list[int]:
    return [submitted_number(value, name) for value in form.getall(name, [])]


def _unreadable(field: str) -> InvalidInput:
    return InvalidInput(FieldError(field, N_("This value is not valid.")))
