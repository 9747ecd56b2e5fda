"""The only place that writes `limited_purchases`."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from shop.orders.tables import LimitedPurchase
from shop.prepared import compile_once


class Limited(NamedTuple):
    """A line of an order whose product has a limit, within `limit_days` days, or ever if None."""

    order_id: int
    product_id: int
    person_limit: int
    limit_days: int | None


class LimitRepository:
    async def save(self, lines: Sequence[Limited]) -> None:
        """Records the limits of these lines, which must be saved. PostgreSQL counts again what
        their buyers have, so that no fault of `decide` or of a lock sells more than the limit.
        Raises CheckViolationError."""
        if lines:
            await _save(*(list(column) for column in zip(*lines, strict=True)))


@compile_once
def _save(
    order_ids: list[int],
    product_ids: list[int],
    person_limits: list[int],
    limit_days: list[int | None],
) -> Any:
    return LimitedPurchase.raw(
        """
        INSERT INTO limited_purchases (line, person_limit, limit_days, bought)
        SELECT l.id, new.person_limit, new.limit_days, (
            SELECT sum(had.quantity - had.cancelled - had.returned)
            FROM orders o JOIN order_lines had
            ON had."order" = o.id AND had.product = l.product AND had.id <= l.id
            WHERE o."user" = buyer."user" AND o.status <> 'cancelled'
                AND o.created_at
                    > COALESCE(now() - new.limit_days * interval '1 day', '-infinity')
        )
        FROM unnest({}::bigint[], {}::bigint[], {}::integer[], {}::integer[])
            AS new ("order", product, person_limit, limit_days)
        JOIN order_lines l ON l."order" = new."order" AND l.product = new.product
        JOIN orders buyer ON buyer.id = l."order"
        """,
        order_ids,
        product_ids,
        person_limits,
        limit_days,
    )
