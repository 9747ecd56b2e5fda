"""Refusals: each class has its answer, with a status, a code and texts. Those of a room are in its
`errors.py`.

Texts are English message ids; `shop.web.i18n` translates them.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Marks a message for translation where it cannot be translated yet."""
    return message


class Answer(NamedTuple):
    """`code` is the stable name in `/problems/<code>`; `title` and `detail` are message ids."""

    status: int
    code: str
    title: str
    detail: str


class ShopError(Exception):
    """A refusal. `answer` is inherited; `values` fill its detail's placeholders; `extra` goes into
    the problem."""

    answer: ClassVar[Answer]
    values: Mapping[str, Any] = MappingProxyType({})
    extra: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class FieldError:
    """What is wrong with one field of a form or a JSON document. `message` is a message id."""

    field: str
    message: str
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


class InvalidInput(ShopError):
    answer = Answer(
        400,
        "invalid-input",
        N_("There is a problem with your input"),
        N_("Please check the fields below."),
    )

    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors
        super().__init__("; ".join(f"{error.field}: {error.message}" for error in errors))


class UnknownHost(ShopError):
    """`Host` is missing, malformed, there twice, or not one of `SHOP_HOSTS`."""

    answer = Answer(
        400,
        "unknown-host",
        N_("Unknown address"),
        N_(
            "The shop does not accept the host name of this request. Its operator can add the "
            "name to SHOP_HOSTS."
        ),
    )


class NotSignedIn(ShopError):
    """No user, or an unknown one: 401 in JSON, the sign-in page in a browser."""

    answer = Answer(
        401,
        "not-signed-in",
        N_("Please sign in"),
        N_("This needs a signed-in user: a session or a valid X-USER-ID."),
    )


class Forbidden(ShopError):
    """Signed in, but not allowed to."""

    answer = Answer(
        403, "forbidden", N_("Not allowed"), N_("Your account does not have access to this.")
    )


class ForgedRequest(ShopError):
    """A write with a session cookie, without the proof that one of our pages sent it."""

    answer = Answer(
        403,
        "csrf-failed",
        N_("This form has expired"),
        N_("Please reload the page and try again. Nothing was changed."),
    )


class NotFound(ShopError):
    """No such page or resource, or not this user's."""

    answer = Answer(404, "not-found", N_("Not found"), N_("There is nothing at this address."))


class TooManyRequests(ShopError):
    """`retry_after` in whole seconds."""

    answer = Answer(
        429,
        "too-many-requests",
        N_("Too many attempts"),
        N_("Please try again in %(seconds)s seconds."),
    )

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        self.values = {"seconds": retry_after}
        super().__init__(f"try again in {retry_after} s")


class Overloaded(ShopError):
    """More is waiting than can be done soon: passwords to be hashed, or orders."""

    answer = Answer(
        503,
        "overloaded",
        N_("The shop is very busy right now"),
        N_("Please try again in a few seconds. Nothing was changed."),
    )


class SlowBody(ShopError):
    """The request body did not arrive in time."""

    answer = Answer(
        408,
        "too-slow",
        N_("This took too long"),
        N_("The request was cut off. Nothing was changed. Please try again."),
    )


class Unavailable(ShopError):
    """The database does not answer, or not in time."""

    answer = Answer(
        503,
        "unavailable",
        N_("The shop is taking a short break"),
        N_("Please try again in a moment. You were not charged."),
    )


class ReadOnly(Unavailable):
    """The database takes no writes: a standby, or a primary that was demoted or closed."""


class PicturesUnavailable(ShopError):
    """The folder or bucket of pictures does not answer, or refuses."""

    answer = Answer(
        503,
        "pictures-unavailable",
        N_("Pictures are not available right now"),
        N_("Nothing was changed. Please try again in a moment."),
    )


class PicturesRefused(PicturesUnavailable):
    """The bucket does not exist, or the credentials may not do this."""


class Busy(Unavailable):
    """A row that others hold was not free in time."""


class OutcomeUnknown(Unavailable):
    """The connection was lost during a COMMIT, so its outcome is unknown."""

    answer = Answer(
        503,
        "outcome-unknown",
        N_("We could not confirm whether this was done"),
        N_(
            "Please check before you try again. The same form or the same Idempotency-Key "
            "never orders twice."
        ),
    )
