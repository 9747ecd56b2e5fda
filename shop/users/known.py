"""What a GET needs of its user besides their name, in the query that finds the user."""

from typing import NamedTuple

from shop.database import DB
from shop.identity import NOTHING, Counters, Known, SignedInUser
from shop.prepared import Row

MOST_LIKES = 100  # of a user, for which they are read with the user
SNAPSHOT = "pg_current_snapshot()::text AS snapshot"
NO_COLUMNS = "0 AS balance, 0 AS cart_count, false AS has_rights, NULL AS likes"
"""SQL for columns of a user `u`: those of `Counters`, and `likes`, the ids of up to MOST_LIKES + 1
products."""


class KnownUser(NamedTuple):
    user: SignedInUser | None
    known: Known = NOTHING


NOBODY = KnownUser(None)


def user_in(row: Row) -> SignedInUser:
    return SignedInUser(row["id"], row["username"], row["admin"])


def known_in(row: Row) -> Known:
    likes = row["likes"]
    return Known(
        counters=Counters(row["balance"], row["cart_count"], row["has_rights"]),
        likes=None if likes is None or len(likes) > MOST_LIKES else frozenset(likes),
        snapshot=None if DB.transaction_exists() else row["snapshot"],
    )
