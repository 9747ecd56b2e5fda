"""The only place that writes `order_recipients`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from shop.addresses.recipient import Recipient
from shop.orders.order import PlacedOrder
from shop.orders.tables import OrderRecipient
from shop.prepared import compile_once


class RecipientRepository:
    async def save(self, orders: Sequence[PlacedOrder]) -> None:
        """Saves the recipients of those orders that have one, in one statement."""
        if sent := [(order.id, order.recipient) for order in orders if order.recipient]:
            await _save(
                [order_id for order_id, _ in sent],
                *([getattr(one, name) for _, one in sent] for name in Recipient.__struct_fields__),
            )

    async def set(self, order_id: int, user_id: int, recipient: Recipient) -> bool:
        """False, with no change, unless it is a paid order of the user that has a recipient."""
        values = msgspec.structs.asdict(recipient)
        return bool(await _set(order_id, user_id, *values.values()))

    async def erase(self, age: timedelta, limit: int) -> list[int]:
        """Erases recipients of orders that were closed more than `age` ago, by PostgreSQL's clock.
        Returns the ids of up to `limit` orders, without those that another process is erasing."""
        rows = await OrderRecipient.raw(
            """
            UPDATE order_recipients SET name = '', phone = '', country = '', postcode = '',
                line1 = '', line2 = '', note = '', erased_at = now()
            WHERE "order" IN (
                SELECT r."order" FROM order_recipients r JOIN orders o ON o.id = r."order"
                WHERE r.erased_at IS NULL AND o.closed_at < now() - {}::interval
                ORDER BY r."order" LIMIT {} FOR UPDATE OF r SKIP LOCKED
            )
            RETURNING "order" AS id
            """,
            age,
            limit,
        )
        return [row["id"] for row in rows]

    async def erase_of(self, order_ids: list[int]) -> None:
        """Erases the recipients of these orders."""
        await OrderRecipient.raw(
            """
            UPDATE order_recipients SET name = '', phone = '', country = '', postcode = '',
                line1 = '', line2 = '', note = '', erased_at = now()
            WHERE "order" = ANY({}::bigint[]) AND erased_at IS NULL
            """,
            order_ids,
        )


@compile_once
def _save(
    order_ids: list[int],
    names: list[str],
    phones: list[str],
    postcodes: list[str],
    lines1: list[str],
    lines2: list[str],
    notes: list[str],
    countries: list[str],
) -> Any:
    return OrderRecipient.raw(
        """
        INSERT INTO order_recipients
            ("order", name, phone, postcode, line1, line2, note, country)
        SELECT * FROM unnest(
            {}::bigint[], {}::text[], {}::text[], {}::text[], {}::text[], {}::text[], {}::text[],
            {}::text[]
        )
        """,
        order_ids,
        names,
        phones,
        postcodes,
        lines1,
        lines2,
        notes,
        countries,
    )


@compile_once
def _set(
    order_id: int,
    user_id: int,
    name: str,
    phone: str,
    postcode: str,
    line1: str,
    line2: str,
    note: str,
    country: str,
) -> Any:
    """The order is locked, so that it is not fulfilled at the same time."""
    return OrderRecipient.raw(
        """
        WITH paid AS (
            SELECT id FROM orders WHERE id = {} AND "user" = {} AND status = 'paid'
            FOR NO KEY UPDATE
        )
        UPDATE order_recipients SET (name, phone, postcode, line1, line2, note, country) =
            ({}, {}, {}, {}, {}, {}, {})
        FROM paid WHERE "order" = paid.id AND erased_at IS NULL RETURNING "order"
        """,
        order_id,
        user_id,
        name,
        phone,
        postcode,
        line1,
        line2,
        note,
        country,
    )
