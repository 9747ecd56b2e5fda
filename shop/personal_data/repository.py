"""Reads everything that the shop stores about a person."""

import json
from typing import Any

from piccolo.columns import ForeignKey
from piccolo.table import Table

from shop.orders.tables import Order
from shop.users.tables import User


class PersonalDataRepository:
    async def rows(self, table: type[Table], user_id: int) -> list[dict[str, Any]]:
        """The person's rows, the oldest first, without secret columns."""
        secret = [column._meta.name for column in table._meta.columns if column._meta.secret]
        found = await table.raw(
            f"SELECT (to_jsonb(t) - {{}}::text[])::text AS row FROM {table._meta.tablename} t "  # noqa: S608 - our own names
            f"WHERE {_condition(table)} ORDER BY 1",
            secret,
            user_id,
        )
        return [json.loads(one["row"]) for one in found]

    async def open_orders(self, user_id: int) -> int:
        """Orders that are neither handed over nor cancelled."""
        return int(
            await Order.count().where(
                (Order.user == user_id) & Order.status.not_in(["fulfilled", "cancelled"])
            )
        )

    async def open_recipients(self, user_id: int) -> list[int]:
        """The orders that still have a recipient."""
        rows = await Order.raw(
            'SELECT o.id FROM orders o JOIN order_recipients r ON r."order" = o.id '
            'WHERE o."user" = {} AND r.erased_at IS NULL',
            user_id,
        )
        return [row["id"] for row in rows]


def _condition(table: type[Table]) -> str:
    """Of the rows of one user, whose id is the next argument."""
    if table is User:
        return "t.id = {}"
    names = {column._meta.name for column in table._meta.columns if isinstance(column, ForeignKey)}
    if "user" in names:
        return 't."user" = {}'
    return 't."order" IN (SELECT id FROM orders WHERE "user" = {})'
