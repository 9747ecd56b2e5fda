"""What staff see first: the day's figures, each in one query."""

from datetime import date
from typing import Any

from shop.orders.tables import Order
from shop.staff.day_sums import DAYS, SALES_OF_DAYS
from shop.web.i18n import time_zone

MOST_COUNTED = 1_000
"""Orders to hand over, and messages, are counted up to one more."""


class TodayRepository:
    async def figures(self, week: date, day: date, low: int) -> dict[str, Any]:
        """Orders to hand over, sales of `day` and since the day `week`, stock, and messages. `low`
        is for products without a threshold of their own. The limits are in the text: for
        arguments PostgreSQL would plan each time, which takes longer than to execute it."""
        [row] = await Order.raw(
            f"""
            {DAYS} {SALES_OF_DAYS}
            SELECT waiting.count AS waiting, waiting.oldest, sales.*, stock.sold_out, stock.low,
                messages.count AS given_up
            FROM
                (SELECT count(*), min(created_at) AS oldest FROM (
                    SELECT created_at FROM orders WHERE status = 'paid'
                    ORDER BY created_at, id LIMIT {MOST_COUNTED + 1:d}) oldest) waiting,
                (SELECT COALESCE(sum(orders), 0)::bigint AS orders_week,
                    COALESCE(sum(points), 0)::bigint AS points_week,
                    COALESCE(sum(orders) FILTER (WHERE day = {{}}), 0)::bigint AS orders_today,
                    COALESCE(sum(points) FILTER (WHERE day = {{}}), 0)::bigint AS points_today
                    FROM sales) sales,
                (SELECT count(*) FILTER (WHERE s.quantity = 0) AS sold_out,
                    count(*) FILTER (
                        WHERE s.quantity BETWEEN 1 AND COALESCE(t.threshold, {{}})) AS low
                    FROM stocks s JOIN products p ON p.id = s.product
                    LEFT JOIN stock_thresholds t ON t.product = s.product
                    WHERE p.active) stock,
                (SELECT count(*) FROM (
                    SELECT FROM outbox_messages
                    WHERE sent_at IS NULL AND given_up_at IS NOT NULL
                    LIMIT {MOST_COUNTED + 1:d}) given_up) messages
            """,  # noqa: S608 - no input in it
            *(time_zone().key, week, day, [], day, day, low),
        )
        return row

    async def audit(self) -> dict[str, Any] | None:
        """The last result of the audit; None if it never ran."""
        rows = await Order.raw(
            "SELECT count(*) FILTER (WHERE wrong > 0) AS wrong, max(ran_at) AS at "
            "FROM audit_results HAVING count(*) > 0"
        )
        return rows[0] if rows else None
