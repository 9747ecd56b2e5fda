"""Deliveries as staff look at them."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from shop.products.tables import StockEntry

LAST_ENTRIES = 20
"""Of each product, those that are looked at."""


class Received(NamedTuple):
    """When a delivery was received, and by whom."""

    at: datetime
    who: str


class DeliveryRepository:
    async def same_before(self, amounts: Mapping[int, int]) -> Received | None:
        """The last delivery of a week that had these items, by product."""
        rows = await StockEntry.raw(
            """
            SELECT max(e.created_at) AS at, max(u.username) AS who
            FROM unnest({}::bigint[], {}::bigint[]) AS m (product, amount)
            CROSS JOIN LATERAL (
                SELECT * FROM stock_entries WHERE product = m.product ORDER BY id DESC LIMIT {}
            ) e
            JOIN users u ON u.id = e.actor
            WHERE e.amount = m.amount AND e.reference LIKE 'delivery:%'
                AND e.created_at > now() - interval '7 days'
            GROUP BY split_part(e.reference, ':', 2) HAVING count(*) = {} ORDER BY 1 DESC LIMIT 1
            """,
            list(amounts),
            list(amounts.values()),
            LAST_ENTRIES,
            len(amounts),
        )
        return Received(**rows[0]) if rows else None
