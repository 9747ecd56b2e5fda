"""The counters in the header of every page, available points and items in the cart, in one
query."""

from typing import Any

from shop.points.tables import PointBalance
from shop.prepared import compile_once
from shop.web.pages import Counters


class MastheadRepository:
    async def counters(self, user_id: int) -> Counters:
        [row] = await _counters(user_id)
        return Counters(int(row["balance"] or 0), int(row["items"] or 0))


@compile_once
def _counters(user_id: int) -> Any:
    """Raw SQL, because nothing joins the two: a second query would cost more than this one."""
    return PointBalance.raw(
        """
        SELECT
            (SELECT balance FROM point_balances WHERE "user" = {}) AS balance,
            (SELECT sum(quantity) FROM cart_items WHERE "user" = {}) AS items
        """,
        user_id,
        user_id,
    )
