"""Refusals of codes."""

from shop.errors import N_, Answer, ShopError
from shop.orders.change_errors import NotCancellable


class CodesRevealed(NotCancellable):
    """The buyer has seen a code of the order."""

    answer = Answer(
        409,
        "not-cancellable",
        N_("This order can no longer be cancelled"),
        N_("Its codes have already been shown."),
    )


class OrderCancelled(ShopError):
    """The order was cancelled, and its codes were given back."""

    answer = Answer(
        409,
        "order-cancelled",
        N_("This order was cancelled"),
        N_("Its codes can no longer be used."),
    )


class CodesUnreadable(ShopError):
    """Codes cannot be decrypted: `SHOP_SECRET` was changed without the former one beside it."""

    answer = Answer(
        503,
        "codes-unreadable",
        N_("Your codes cannot be shown right now"),
        N_("Please contact the shop. They are not lost, and your order stands."),
    )
