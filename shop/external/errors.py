"""Refusals of messages from the external system."""

from shop.errors import N_, Answer, ShopError


class WrongSignature(ShopError):
    """A message that the external system did not sign, or not within the last minutes."""

    answer = Answer(
        401,
        "wrong-signature",
        N_("This message is not signed correctly"),
        N_("Its signature is wrong, or its time is off by more than five minutes."),
    )
