"""What staff see first: the day's figures, each in one query."""

from datetime import datetime
from typing import Any

from shop.orders.tables import Order

LOW = 5
"""Items at which stock is low, where a product has no threshold of its own."""


class TodayRepository:
    async def figures(self, day: datetime, week: datetime) -> dict[str, Any]:
        """Orders to hand over, sales since `day` and since `week`, stock, and messages."""
        [row] = await Order.raw(
            """
            SELECT waiting.count AS waiting, waiting.oldest,
                today.count AS orders_today, today.points AS points_today,
                week.count AS orders_week, week.points AS points_week,
                stock.sold_out, stock.low, messages.given_up, messages.unsent
            FROM
                (SELECT count(*), min(created_at) AS oldest FROM orders WHERE status = 'paid')
                    waiting,
                (SELECT count(*), COALESCE(sum(total), 0)::bigint AS points FROM orders
                    WHERE created_at >= {} AND status <> 'cancelled') today,
                (SELECT count(*), COALESCE(sum(total), 0)::bigint AS points FROM orders
                    WHERE created_at >= {} AND status <> 'cancelled') week,
                (SELECT count(*) FILTER (WHERE s.quantity = 0) AS sold_out,
                    count(*) FILTER (WHERE s.quantity BETWEEN 1 AND {}) AS low
                    FROM stocks s JOIN products p ON p.id = s.product
                    WHERE p.active AND s.quantity <= {}) stock,
                (SELECT count(*) FILTER (WHERE given_up_at IS NOT NULL) AS given_up,
                    count(*) FILTER (WHERE given_up_at IS NULL) AS unsent
                    FROM outbox_messages WHERE sent_at IS NULL) messages
            """,
            day,
            week,
            LOW,
            LOW,
        )
        return row

    async def audit(self) -> dict[str, Any] | None:
        """The last result of the audit; None if it never ran."""
        rows = await Order.raw(
            "SELECT count(*) FILTER (WHERE wrong > 0) AS wrong, max(ran_at) AS at "
            "FROM audit_results HAVING count(*) > 0"
        )
        return rows[0] if rows else None
