"""The shop's errors, and the one table that maps each to a status, a code and texts.

Texts are English message ids; `shop.web.i18n` translates them.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a message for translation where it cannot be translated yet."""
    return message


class ShopError(Exception):
    """A refusal. `values` fill its detail's placeholders; `extra` goes into the problem."""

    values: Mapping[str, Any] = MappingProxyType({})
    extra: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a form or a JSON document. `message` is a message id."""

    field: str
    message: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class InvalidInput(ShopError):
    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))


class UnknownHost(ShopError):
    """`Host` is missing, malformed, there twice, or not one of `SHOP_HOSTS`."""


class NotSignedIn(ShopError):
    """Nobody asked, or not somebody we know: 401 in JSON, the sign-in page in a browser."""


class UntrustedGateway(NotSignedIn):
    """`X-USER-ID` came from elsewhere than `SHOP_TRUSTED_GATEWAYS`, by an unknown proxy or from a
    browser."""


class WrongPassword(ShopError):
    """The name or the password is wrong; the error does not tell which."""


class WrongCode(ShopError):
    """The code of the second factor is wrong, too old, or was used before."""


class SecondFactorUnreadable(ShopError):
    """The secret of the authenticator app cannot be decrypted: `SHOP_SECRET` was changed."""


class Forbidden(ShopError):
    """Signed in, but not allowed to."""


class SessionNeeded(Forbidden):
    """Only somebody who signed in with a password may do this, not one that a gateway names."""


class ForgedRequest(ShopError):
    """A write with a session cookie, without the proof that one of our pages sent it."""


class NotFound(ShopError):
    """No such page or resource, or not this user's."""


class ProductNotFound(NotFound):
    def __init__(self, *product_ids: int) -> None:
        self.values = {"ids": ", ".join(str(id_) for id_ in product_ids)}
        super().__init__(f"no product {self.values['ids']}")


class OrderNotFound(NotFound):
    pass


class AddressNotFound(NotFound):
    pass


class RecipientRequired(ShopError):
    """A parcel without a recipient, and the user has no default address."""


class RecipientFixed(ShopError):
    """The order's recipient can no longer be changed."""


class PriceChanged(ShopError):
    def __init__(self, expected: int, actual: int) -> None:
        self.values = self.extra = {"expected_total": expected, "actual_total": actual}
        super().__init__(f"expected {expected}, is {actual}")


class Shortage(NamedTuple):
    product_id: int
    requested: int
    available: int


class OutOfStock(ShopError):
    """Fewer items on hand than asked for; `shortages` names every such product."""

    def __init__(self, *shortages: Shortage) -> None:
        self.shortages = shortages
        self.extra = {"items": [shortage._asdict() for shortage in shortages]}
        self.values = {"available": shortages[0].available, "requested": shortages[0].requested}
        super().__init__(str(shortages))


class InsufficientPoints(ShopError):
    def __init__(self, required: int, balance: int) -> None:
        self.required, self.balance = required, balance
        self.extra = {"required": required, "balance": balance}
        self.values = {**self.extra, "missing": required - balance}
        super().__init__(f"{required} needed, {balance} there")


class NotInCart(ShopError):
    """Bought from the cart, which no longer holds as much of it as the buyer was shown."""


class AlreadyOrdered(NotInCart):
    """The cart no longer holds it because this order took it."""

    def __init__(self, order_id: int) -> None:
        self.order_id = order_id
        self.values = self.extra = {"order_id": order_id}
        super().__init__(f"order {order_id} has it")


class KeyReused(ShopError):
    """An `Idempotency-Key` that already stands for another request."""


class RequestInProgress(ShopError):
    """The first request with this `Idempotency-Key` is still running."""


class FormNotOpened(ShopError):
    """A write of the admin without the key that its form was opened with."""


class NotCancellable(ShopError):
    """The order is past cancelling: it was fulfilled."""


class UsernameTaken(ShopError):
    pass


class TooManyRequests(ShopError):
    """`retry_after` in whole seconds."""

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        self.values = {"seconds": retry_after}
        super().__init__(f"try again in {retry_after} s")


class Overloaded(ShopError):
    """More is waiting than can be done soon: passwords to be hashed, or orders."""


class SlowBody(ShopError):
    """The request body did not arrive in time."""


class Unavailable(ShopError):
    """The database does not answer, or not in time."""


class ReadOnly(Unavailable):
    """The database takes no writes: a standby, or a primary that was demoted or closed."""


class Busy(Unavailable):
    """A row that others hold was not free in time."""


class OutcomeUnknown(Unavailable):
    """The connection was lost during a COMMIT, so its outcome is unknown."""


class Answer(NamedTuple):
    """`code` is the stable name in `/problems/<code>`; `title` and `detail` are message ids."""

    status: int
    code: str
    title: str
    detail: str


ANSWERS: dict[type[ShopError], Answer] = {
    InvalidInput: Answer(
        400,
        "invalid-input",
        N_("There is a problem with your input"),
        N_("Please check the fields below."),
    ),
    RecipientRequired: Answer(
        400,
        "recipient-required",
        N_("Where should we send it?"),
        N_("Some of these products are sent by parcel. Please add a recipient or an address."),
    ),
    UnknownHost: Answer(
        400,
        "unknown-host",
        N_("Unknown address"),
        N_(
            "The shop does not accept the host name of this request. Its operator can add the "
            "name to SHOP_HOSTS."
        ),
    ),
    NotSignedIn: Answer(
        401,
        "not-signed-in",
        N_("Please sign in"),
        N_("This needs a signed-in user: a session or a valid X-USER-ID."),
    ),
    UntrustedGateway: Answer(
        401,
        "untrusted-gateway",
        N_("Please sign in"),
        N_(
            "X-USER-ID is accepted only from a trusted gateway, not from a browser or through "
            "an unknown proxy."
        ),
    ),
    WrongPassword: Answer(
        401,
        "wrong-password",
        N_("Sign-in failed"),
        N_("The username or password is incorrect."),
    ),
    WrongCode: Answer(
        401,
        "wrong-code",
        N_("This code is not valid"),
        N_("It is wrong, expired or already used. Please enter the code that your app shows now."),
    ),
    SecondFactorUnreadable: Answer(
        401,
        "second-factor-unreadable",
        N_("The codes of your app no longer work"),
        N_(
            "The shop's secret was changed. Please use a recovery code, or ask a superuser to "
            "reset your two-step verification."
        ),
    ),
    Forbidden: Answer(
        403, "forbidden", N_("Not allowed"), N_("Your account does not have access to this.")
    ),
    SessionNeeded: Answer(
        403,
        "session-needed",
        N_("Please sign in with your password"),
        N_("This is not possible for a user named by X-USER-ID."),
    ),
    ForgedRequest: Answer(
        403,
        "csrf-failed",
        N_("This form has expired"),
        N_("Please reload the page and try again. Nothing was changed."),
    ),
    NotFound: Answer(404, "not-found", N_("Not found"), N_("There is nothing at this address.")),
    ProductNotFound: Answer(
        404,
        "product-not-found",
        N_("We could not find that product"),
        N_("The shop does not sell it, or no longer sells it (number %(ids)s)."),
    ),
    OrderNotFound: Answer(
        404,
        "order-not-found",
        N_("We could not find that order"),
        N_("There is no such order in your account."),
    ),
    AddressNotFound: Answer(
        404,
        "address-not-found",
        N_("We could not find that address"),
        N_("There is no such address in your address book."),
    ),
    SlowBody: Answer(
        408,
        "too-slow",
        N_("This took too long"),
        N_("The request was cut off. Nothing was changed. Please try again."),
    ),
    UsernameTaken: Answer(
        409,
        "username-taken",
        N_("This username is taken"),
        N_("Please choose another username."),
    ),
    PriceChanged: Answer(
        409,
        "price-changed",
        N_("The price has changed"),
        N_("It was %(expected_total)s and is now %(actual_total)s points. You were not charged."),
    ),
    OutOfStock: Answer(
        409,
        "out-of-stock",
        N_("Not enough in stock"),
        N_("You asked for %(requested)s, but only %(available)s are left. You were not charged."),
    ),
    InsufficientPoints: Answer(
        409,
        "insufficient-points",
        N_("Not enough points"),
        N_("You need %(required)s points and have %(balance)s. You are %(missing)s points short."),
    ),
    NotInCart: Answer(
        409,
        "not-in-cart",
        N_("Your cart has changed"),
        N_("Some of its items or quantities are different now. You were not charged."),
    ),
    AlreadyOrdered: Answer(
        409,
        "already-ordered",
        N_("You have already placed this order"),
        N_("It is in order %(order_id)s. You were not charged again."),
    ),
    RequestInProgress: Answer(
        409,
        "request-in-progress",
        N_("Still working on it"),
        N_("The first request with this key is still running. Please try again in a moment."),
    ),
    NotCancellable: Answer(
        409,
        "not-cancellable",
        N_("This order can no longer be cancelled"),
        N_("It has already been fulfilled."),
    ),
    RecipientFixed: Answer(
        409,
        "recipient-fixed",
        N_("The recipient can no longer be changed"),
        N_("The order is closed, or the recipient was already passed on for shipping."),
    ),
    FormNotOpened: Answer(
        428,
        "form-not-opened",
        N_("Please open this form again"),
        N_("Changes need the form_key of an opened form or row."),
    ),
    KeyReused: Answer(
        422,
        "idempotency-key-reused",
        N_("This key was used for another request"),
        N_("An Idempotency-Key can be used for one request only. Please send a new one."),
    ),
    TooManyRequests: Answer(
        429,
        "too-many-requests",
        N_("Too many attempts"),
        N_("Please try again in %(seconds)s seconds."),
    ),
    Overloaded: Answer(
        503,
        "overloaded",
        N_("The shop is very busy right now"),
        N_("Please try again in a few seconds. Nothing was changed."),
    ),
    Unavailable: Answer(
        503,
        "unavailable",
        N_("The shop is taking a short break"),
        N_("Please try again in a moment. You were not charged."),
    ),
    OutcomeUnknown: Answer(
        503,
        "outcome-unknown",
        N_("We could not confirm whether this was done"),
        N_(
            "Please check before you try again. The same form or the same Idempotency-Key "
            "never orders twice."
        ),
    ),
}


def answer_for(error: ShopError) -> Answer:
    """The answer of the error's own class, or of the nearest class above it."""
    return next(ANSWERS[kind] for kind in type(error).__mro__ if kind in ANSWERS)
