"""How much one order, or one cart, may hold."""

from shop.errors import N_, FieldError, InvalidInput

MAX_QUANTITY = 99
"""Items of one product."""
MAX_LINES = 50
"""Products."""


def checked_quantity(quantity: int) -> int:
    """`quantity`, if one line may have it. Raises InvalidInput."""
    if not 1 <= quantity <= MAX_QUANTITY:
        limits = {"min": 1, "max": MAX_QUANTITY}
        raise InvalidInput(
            FieldError("quantity", N_("Enter a number from %(min)s to %(max)s."), limits)
        )
    return quantity
