"""Refusals to place an order, or to show one."""

from datetime import datetime
from typing import NamedTuple

from shop.errors import N_, Answer, NotFound, ShopError
from shop.order_number import order_number


class RecipientRequired(ShopError):
    """A parcel without a recipient, and the user has no default address."""

    answer = Answer(
        400,
        "recipient-required",
        N_("Where should we send it?"),
        N_("Some of these products are sent by parcel. Please add a recipient or an address."),
    )


class OrderNotFound(NotFound):
    answer = Answer(
        404,
        "order-not-found",
        N_("We could not find that order"),
        N_("There is no such order in your account."),
    )


class PriceChanged(ShopError):
    answer = Answer(
        409,
        "price-changed",
        N_("The price has changed"),
        N_("It was %(expected_total)s and is now %(actual_total)s points. You were not charged."),
    )

    def __init__(self, expected: int, actual: int) -> None:
        self.values = self.extra = {"expected_total": expected, "actual_total": actual}
        super().__init__(f"expected {expected}, is {actual}")


class NotOnSale(ShopError):
    """The product is not on sale yet, or no longer: its times, null if it has none."""

    answer = Answer(
        409,
        "not-on-sale",
        N_("Not on sale right now"),
        N_("This product can be bought at certain times only. You were not charged."),
    )

    def __init__(self, product_id: int, start: datetime | None, end: datetime | None) -> None:
        self.extra = {"product_id": product_id, "from": start, "until": end}
        super().__init__(f"product {product_id} is on sale from {start} until {end}")


class Excess(NamedTuple):
    """`left` items may still be bought, of the `limit` of one person."""

    product_id: int
    limit: int
    bought: int
    left: int


class LimitReached(ShopError):
    """More items than one person may buy; `items` names every such product."""

    answer = Answer(
        409,
        "limit-reached",
        N_("Purchase limit reached"),
        N_(
            "The limit is %(limit)s per person. You have bought %(bought)s, so you can buy "
            "%(left)s more. You were not charged."
        ),
    )

    def __init__(self, *items: Excess) -> None:
        self.items = items
        self.extra = {"items": [item._asdict() for item in items]}
        self.values = items[0]._asdict()
        super().__init__(str(items))


class NotInCart(ShopError):
    """Bought from the cart, which no longer holds as much of it as the buyer was shown."""

    answer = Answer(
        409,
        "not-in-cart",
        N_("Your cart has changed"),
        N_("Some of its items or quantities are different now. You were not charged."),
    )


class AlreadyOrdered(NotInCart):
    """The cart no longer holds it because this order took it."""

    answer = Answer(
        409,
        "already-ordered",
        N_("You have already placed this order"),
        N_("It is in order %(number)s. You were not charged again."),
    )

    def __init__(self, order_id: int) -> None:
        self.order_id = order_id
        self.values, self.extra = {"number": order_number(order_id)}, {"order_id": order_id}
        super().__init__(f"order {order_id} has it")


class KeyReused(ShopError):
    """An `Idempotency-Key` that was already used for another request."""

    answer = Answer(
        422,
        "idempotency-key-reused",
        N_("This key was used for another request"),
        N_("An Idempotency-Key can be used for one request only. Please send a new one."),
    )


class RequestInProgress(ShopError):
    """The first request with this `Idempotency-Key` is still running."""

    answer = Answer(
        409,
        "request-in-progress",
        N_("Still working on it"),
        N_("The first request with this key is still running. Please try again in a moment."),
    )
