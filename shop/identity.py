"""Who is signed in, as plain values of no framework: what services and repositories take."""

from typing import Literal

import msgspec


class SignedInUser(msgspec.Struct, frozen=True):
    """An active account that proved who it is."""

    id: int
    username: str
    staff: bool = False


class Identity(msgspec.Struct, frozen=True):
    """How a request's user was identified: by `X-USER-ID`, by a session, or not at all."""

    user: SignedInUser | None = None
    via: Literal["header", "session"] | None = None
    session_token: str | None = None


GUEST = Identity()
