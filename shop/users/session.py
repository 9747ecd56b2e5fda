"""Sessions as the room's services pass them on."""

from datetime import datetime, timedelta
from typing import NamedTuple

from shop.identity import NOTHING, Known, SignedInUser


class Verified(NamedTuple):
    """A user whose password was right, the stored hash that it was checked against, and whether the
    code of the second factor was right too."""

    user: SignedInUser
    password_hash: str
    second_factor: bool = False


class Idle(NamedTuple):
    """How long a session lasts without a request."""

    of_shoppers: timedelta
    of_staff: timedelta


class Found(NamedTuple):
    """A session's user, whether `last_seen` is due to be updated, and what else was read."""

    user: SignedInUser
    unseen: bool
    known: Known = NOTHING


class OpenSession(NamedTuple):
    """A signed-in browser. `browser` is empty if unknown; `here` is true for the current one."""

    browser: str
    created_at: datetime
    last_seen: datetime
    here: bool
