"""What every page shows of its reader: available points, items in the cart, likes, and whether
there are staff pages for them."""

from typing import Any

from shop.identity import Counters
from shop.prepared import compile_once
from shop.users.known import MOST_LIKES
from shop.users.tables import User

# Of the user `u`. Raw SQL, because nothing joins the two: a second query would cost more than this.
COUNTERS = """
    COALESCE((SELECT balance FROM point_balances WHERE "user" = u.id), 0) AS balance,
    COALESCE((SELECT sum(quantity) FROM cart_items WHERE "user" = u.id), 0) AS cart_count,
    EXISTS (SELECT FROM staff_rights WHERE "user" = u.id) AS has_rights
"""

# For the query that finds the user. Likes are hearts on most pages; one more than are used, so that
# it is seen whether they are all.
COUNTERS_AND_LIKES = f"""
    {COUNTERS}, ARRAY(
        SELECT product FROM likes WHERE "user" = u.id ORDER BY product LIMIT {MOST_LIKES + 1}
    ) AS likes
"""  # noqa: S608 - our own words


class MastheadRepository:
    async def counters(self, user_id: int) -> Counters:
        """For requests that did not read them with the session."""
        [row] = await _counters(user_id)
        return Counters(**row)


@compile_once
def _counters(user_id: int) -> Any:
    return User.raw(f"SELECT {COUNTERS} FROM (SELECT {{}}::bigint AS id) u", user_id)  # noqa: S608
