"""The only place that writes refunds, and their amounts in lines and orders."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple

from shop.orders.return_tables import OrderRefund, OrderRefundLine
from shop.orders.tables import Order, OrderLine

Kind = Literal["cancel", "return"]


class Returned(NamedTuple):
    """Items of one product; `restocked` of them go back into stock."""

    product_id: int
    quantity: int
    restocked: int


class RefundRepository:
    async def take_from_lines(self, order_id: int, kind: Kind, items: Sequence[Returned]) -> bool:
        """False if a line has fewer items left: then some are taken, and the transaction must be
        rolled back. The check is in the update itself."""
        is_cancel = kind == "cancel"
        rows = await OrderLine.raw(
            """
            UPDATE order_lines l SET
                cancelled = cancelled + CASE WHEN {}::boolean THEN item.quantity ELSE 0 END,
                returned = returned + CASE WHEN {}::boolean THEN item.quantity ELSE 0 END
            FROM unnest({}::bigint[], {}::integer[]) AS item (product, quantity)
            WHERE l."order" = {} AND l.product = item.product
                AND l.quantity - l.cancelled - l.returned >= item.quantity
            RETURNING l.id
            """,
            is_cancel,
            not is_cancel,
            [item.product_id for item in items],
            [item.quantity for item in items],
            order_id,
        )
        return len(rows) == len(items)

    async def add_to_order(self, order_id: int, kind: Kind, amount: int) -> str | None:
        """The order's status, which becomes cancelled when all items are cancelled. None, with no
        change, if these items cannot be given back now."""
        where = {
            "cancel": "status = 'paid' AND collected_at IS NULL",
            "return": "status IN ('shipped', 'fulfilled')",
        }[kind]
        ended = f"{'true' if kind == 'cancel' else 'false'} AND refunded + {{}}::bigint = total"
        rows = await Order.raw(
            f"""
            UPDATE orders SET refunded = refunded + {{}}::bigint,
                status = CASE WHEN {ended} THEN 'cancelled' ELSE status END,
                closed_at = CASE WHEN {ended} THEN now() ELSE closed_at END
            WHERE id = {{}} AND refunded + {{}}::bigint <= total AND {where} RETURNING status
            """,  # noqa: S608 - no input in it
            amount,
            amount,
            amount,
            order_id,
            amount,
        )
        return str(rows[0]["status"]) if rows else None

    async def add(self, order_id: int, kind: Kind, amount: int, items: Sequence[Returned]) -> int:
        """The refund's id."""
        rows = await OrderRefund.raw(
            'INSERT INTO order_refunds ("order", kind, amount) VALUES ({}, {}, {}) RETURNING id',
            order_id,
            kind,
            amount,
        )
        refund_id = int(rows[0]["id"])
        await OrderRefundLine.raw(
            """
            INSERT INTO order_refund_lines (refund, product, quantity, restocked)
            SELECT {}::bigint, * FROM unnest({}::bigint[], {}::integer[], {}::integer[])
            """,
            refund_id,
            [item.product_id for item in items],
            [item.quantity for item in items],
            [item.restocked for item in items],
        )
        return refund_id

    async def mark_summed(self, begin: datetime, end: datetime) -> bool:
        """Marks the refunds of orders placed from `begin` on, before `end`. Call it in the snapshot
        that is summed: a refund that is committed later stays unmarked, and is not in the sums.
        False if all were marked before."""
        rows = await OrderRefund.raw(
            """
            UPDATE order_refunds r SET summed = true FROM orders o
            WHERE NOT r.summed AND o.id = r."order" AND o.created_at >= {} AND o.created_at < {}
            RETURNING r.id
            """,
            begin,
            end,
        )
        return bool(rows)
