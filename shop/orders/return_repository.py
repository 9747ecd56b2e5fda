"""The only place that writes requests to return items."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from shop.orders.return_tables import ReturnRequest, ReturnRequestLine
from shop.products.service import Item

SELECT = """
    SELECT r.id, r."order" AS order_id, r.status, r.reason, r.answer, r.asked_at, r.closed_at,
        r.key,
        (SELECT json_agg(json_build_object('product_id', l.product, 'quantity', l.quantity)
                         ORDER BY l.id) FROM return_request_lines l WHERE l.request = r.id)::text
        AS items
    FROM return_requests r
"""


class AskedReturn(msgspec.Struct, frozen=True):
    """A return request. `status` is asked, taken or refused."""

    id: int
    order_id: int
    status: str
    reason: str
    answer: str
    asked_at: datetime
    closed_at: datetime | None
    key: str | None
    items: list[Item]


class ReturnRepository:
    async def add(
        self, order_id: int, items: Sequence[Item], reason: str, key: str | None = None
    ) -> int:
        rows = await ReturnRequest.raw(
            'INSERT INTO return_requests ("order", reason, key) VALUES ({}, {}, {}) RETURNING id',
            order_id,
            reason,
            key,
        )
        request_id = int(rows[0]["id"])
        await ReturnRequestLine.raw(
            """
            INSERT INTO return_request_lines (request, product, quantity)
            SELECT {}::bigint, * FROM unnest({}::bigint[], {}::integer[])
            """,
            request_id,
            [item.product_id for item in items],
            [item.quantity for item in items],
        )
        return request_id

    async def close(self, request_id: int, status: str, answer: str) -> bool:
        """False, with no change, if it was closed before."""
        return bool(
            await ReturnRequest.raw(
                """
                UPDATE return_requests SET status = {}, answer = {}, closed_at = now()
                WHERE id = {} AND status = 'asked' RETURNING id
                """,
                status,
                answer,
                request_id,
            )
        )

    async def erase(self, user_id: int) -> None:
        """Empties the texts about returns, those of the person and those of staff to the person."""
        await ReturnRequest.raw(
            """
            UPDATE return_requests SET reason = '', answer = '', key = NULL
            WHERE "order" IN (SELECT id FROM orders WHERE "user" = {})
            """,
            user_id,
        )

    async def of_order(self, order_id: int) -> list[AskedReturn]:
        """The oldest first."""
        rows = await ReturnRequest.raw(SELECT + ' WHERE r."order" = {} ORDER BY r.id', order_id)
        return [_asked(row) for row in rows]

    async def open(self, after_id: int, limit: int) -> list[AskedReturn]:
        """Requests that staff have not answered, with ids above `after_id`, the oldest first."""
        rows = await ReturnRequest.raw(
            SELECT + " WHERE r.status = 'asked' AND r.id > {} ORDER BY r.id LIMIT {}",
            after_id,
            limit,
        )
        return [_asked(row) for row in rows]


def _asked(row: dict[str, Any]) -> AskedReturn:
    items = msgspec.json.decode(str(row.pop("items")), type=list[Item])
    return AskedReturn(items=items, **row)
