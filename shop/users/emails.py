"""E-mail addresses and their normal form."""

from shop.errors import N_, FieldError
from shop.settings.smtp import ADDRESS, LONGEST_ADDRESS


def normalised_email(text: str) -> str:
    """The form that is stored and looked up: mail systems ignore case."""
    return text.strip().lower()


def email_errors(email: str) -> list[FieldError]:
    """The errors of an address, which is normalised."""
    if len(email) <= LONGEST_ADDRESS and ADDRESS.fullmatch(email):
        return []
    return [FieldError("email", N_("Please enter an e-mail address, as name@example.com."))]


def email_taken() -> FieldError:
    return FieldError("email", N_("Another account already uses this address."))
