"""Refusals to change an order: its recipient, steps, cancellations and returns."""

from shop.errors import N_, Answer, ShopError


class RecipientFixed(ShopError):
    """The order's recipient can no longer be changed."""

    answer = Answer(
        409,
        "recipient-fixed",
        N_("The recipient can no longer be changed"),
        N_("The order is closed, or the recipient was already passed on for shipping."),
    )


class NotCancellable(ShopError):
    """The order is past cancelling: it is being packed, or some of it was handed over."""

    answer = Answer(
        409,
        "not-cancellable",
        N_("This order can no longer be cancelled"),
        N_("It is being packed, or has been handed over."),
    )


class StepImpossible(ShopError):
    """A step that does not follow from the order's status."""

    answer = Answer(
        409,
        "impossible-step",
        N_("This step is not possible"),
        N_("The order is not at the step before it, or was cancelled."),
    )

    def __init__(self, status: str) -> None:
        self.status = status
        self.extra = {"order_status": status}
        super().__init__(f"not from {status}")


class NothingLeft(ShopError):
    """More items than the order has left: they were not bought, or were cancelled or returned."""

    answer = Answer(
        409,
        "too-many-items",
        N_("Too many items"),
        N_("The order has fewer of them left. Nothing was changed."),
    )


class RefundChanged(ShopError):
    """More of the order was refunded than the sender of the form knew."""

    answer = Answer(
        409,
        "order-changed",
        N_("This order has changed"),
        N_("Some of it was refunded meanwhile. Nothing more was changed."),
    )


class NotReturnable(ShopError):
    """Not sent yet, or too long ago, or a code that was shown."""

    answer = Answer(
        409,
        "not-returnable",
        N_("This cannot be returned"),
        N_("It was not sent yet, the time for returns is over, or it is a code that was shown."),
    )


class ReturnOpen(ShopError):
    """Another request to return items of the order is open."""

    answer = Answer(
        409,
        "return-open",
        N_("You have already asked for a return"),
        N_("We are still working on your earlier request for this order."),
    )
