"""Who is signed in, as plain values of no framework: what services and repositories take."""

from typing import Literal

import msgspec


class SignedInUser(msgspec.Struct, frozen=True):
    """An active account that proved who it is."""

    id: int
    username: str
    staff: bool = False


class Counters(msgspec.Struct, frozen=True):
    """What the pages show of a signed-in user: points to spend, items in the cart, and whether
    they have rights in the staff pages."""

    balance: int = 0
    cart_count: int = 0
    has_rights: bool = False


class Known(msgspec.Struct, frozen=True):
    """What a GET has read in the query for its session: the counters, the ids of the products that
    the user likes, and the snapshot of that query (see `DB.snapshot_id`).

    None: not read. `likes` is None if they are too many, `snapshot` inside a transaction.
    """

    counters: Counters | None = None
    likes: frozenset[int] | None = None
    snapshot: str | None = None


NOTHING = Known()


class Identity(msgspec.Struct, frozen=True):
    """How a request's user was identified: by `X-USER-ID`, by a session, or not at all."""

    user: SignedInUser | None = None
    via: Literal["header", "session"] | None = None
    session_token: str | None = None
    known: Known = NOTHING


GUEST = Identity()
