"""Who a request comes from, as the middleware found out."""

from typing import Any, Literal, TypeAlias

import msgspec
from litestar import Request
from litestar.datastructures import State


class SignedInUser(msgspec.Struct, frozen=True):
    """An active account that proved who it is."""

    id: int
    username: str
    staff: bool = False


class Identity(msgspec.Struct, frozen=True):
    """How the request's user was found: by `X-USER-ID`, by a session, or not at all."""

    user: SignedInUser | None = None
    via: Literal["header", "session"] | None = None
    session_token: str | None = None


GUEST = Identity()

ShopRequest: TypeAlias = Request[SignedInUser | None, Identity, State]
AnyRequest: TypeAlias = Request[Any, Any, Any]


def identity_of(request: AnyRequest) -> Identity:
    """The request's identity; a guest where no middleware ran, as on an unknown path."""
    found = request.scope.get("auth")
    return found if isinstance(found, Identity) else GUEST
