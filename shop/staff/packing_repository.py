"""The orders that are being packed, with what goes into their parcels and where these go."""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from shop.orders.tables import Order
from shop.paging import MOMENT
from shop.text import in_language


class PackedLine(msgspec.Struct, frozen=True):
    product_id: int
    name: str
    name_en: str
    quantity: int
    delivery: str

    def named(self, language: str) -> str:
        return in_language(language, self.name, self.name_en)


class Packing(msgspec.Struct, frozen=True):
    """An order that is being packed. `packer` is the member of staff who began it; None for the
    external system."""

    id: int
    username: str
    created_us: int
    preparing_at: datetime
    packer: str | None
    name: str
    phone: str
    country: str
    postcode: str
    line1: str
    line2: str
    note: str
    lines: list[PackedLine]


SELECT = """
    SELECT o.id, u.username, (extract(epoch FROM o.created_at) * 1000000)::bigint AS created_us,
        o.preparing_at, r.name, r.phone, r.country, r.postcode, r.line1,
        r.line2, r.note,
        (SELECT p.username FROM staff_actions a JOIN users p ON p.id = a.actor
         WHERE a.subject = 'order:' || o.id AND a.action = 'order.prepare'
         ORDER BY a.id DESC LIMIT 1) AS packer,
        (SELECT json_agg(json_build_object('product_id', l.product, 'name', l.name, 'name_en',
                    l.name_en, 'quantity', l.quantity - l.cancelled, 'delivery', l.delivery)
                 ORDER BY l.id)
         FROM order_lines l WHERE l."order" = o.id AND l.quantity > l.cancelled)::text AS lines
    FROM ({chosen}) o JOIN users u ON u.id = o."user" JOIN order_recipients r ON r."order" = o.id
    ORDER BY o.created_at, o.id
"""


class PackingRepository:
    async def begun(self, after: Sequence[int], limit: int) -> list[Packing]:
        """Orders that are being packed, the oldest first. `after`: microseconds and id of the last
        row of the page before; empty for the first page."""
        test = f"AND (o.created_at, o.id) > ({MOMENT}, {{}})" if after else ""
        chosen = f"""
            SELECT * FROM orders o WHERE o.status = 'preparing' {test}
            ORDER BY o.created_at, o.id LIMIT {limit:d}
        """  # noqa: S608 - no input in it
        rows = await Order.raw(SELECT.format(chosen=chosen), *after)
        return [_packing(row) for row in rows]

    async def names(self, order_ids: Sequence[int]) -> dict[int, str]:
        """The recipients' names of these orders."""
        rows = await Order.raw(
            'SELECT "order" AS id, name FROM order_recipients WHERE "order" = ANY({}::bigint[])',
            list(order_ids),
        )
        return {row["id"]: row["name"] for row in rows}


def _packing(row: dict[str, object]) -> Packing:
    lines = msgspec.json.decode(str(row.pop("lines")), type=list[PackedLine])
    return Packing(lines=lines, **row)  # type: ignore[arg-type]  # the columns of SELECT
