"""Likes and orders of the last seven days, by product."""

from datetime import timedelta

from shop.catalogue.tables import MOST
from shop.orders.tables import Order
from shop.staff.day_sums import DAYS, SOLD_OF_DAYS

DAYS_OF_A_WEEK = 7
LIKES_OF_AN_ORDER = 5
"""An order costs points, a like nothing."""


class WeekRepository:
    async def scores(self, zone: str) -> dict[int, int]:
        """The best MOST products that are in lists, by PostgreSQL's clock. Orders count as in the
        reports, and those of options for the product that lists show."""
        [row] = await Order.raw("SELECT (now() AT TIME ZONE {})::date AS today", zone)
        last = row["today"]
        first = last - timedelta(days=DAYS_OF_A_WEEK - 1)
        rows = await Order.raw(
            f"""
            {DAYS} {SOLD_OF_DAYS}, counted AS (
                SELECT product, orders * {LIKES_OF_AN_ORDER:d} AS score FROM sold_of_days
                UNION ALL
                SELECT product, 1 FROM likes
                WHERE created_at >= {{}}::date::timestamp AT TIME ZONE {{}}
            )
            SELECT lead.id, sum(c.score)::bigint AS score
            FROM (SELECT product, sum(score) AS score FROM counted GROUP BY product) c
            JOIN products p ON p.id = c.product
            JOIN products lead ON lead.id = COALESCE(p.lead, p.id) AND lead.listed
            GROUP BY lead.id ORDER BY score DESC, lead.id DESC LIMIT {MOST:d}
            """,  # noqa: S608 - no input in it
            *(zone, first, last, [], first, zone),
        )
        return {row["id"]: row["score"] for row in rows}
