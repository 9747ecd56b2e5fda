"""Refusals of the address book."""

from shop.errors import N_, Answer, NotFound


class AddressNotFound(NotFound):
    answer = Answer(
        404,
        "address-not-found",
        N_("We could not find that address"),
        N_("There is no such address in your address book."),
    )
