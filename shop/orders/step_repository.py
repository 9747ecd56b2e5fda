"""The steps of an order after it was paid: guarded updates, each of which locks the order first."""

from datetime import timedelta

from shop.orders.tables import ExternalEvent, Order, Shipment

PARCEL = """EXISTS (
    SELECT FROM order_lines l
    WHERE l."order" = o.id AND l.delivery = 'parcel' AND l.quantity > l.cancelled)"""
DESK = """EXISTS (
    SELECT FROM order_lines l
    WHERE l."order" = o.id AND l.delivery = 'desk' AND l.quantity > l.cancelled)"""
"""Whether the order `o` has goods of this kind that were not cancelled."""


class StepRepository:
    """Each method returns None or False, with no change, if the order is not at the step before."""

    async def prepare(self, order_id: int) -> bool:
        """From paid to preparing, if there is a parcel to pack."""
        return bool(
            await Order.raw(
                f"""
                UPDATE orders o SET status = 'preparing', preparing_at = now()
                WHERE id = {{}} AND status = 'paid' AND {PARCEL} RETURNING id
                """,  # noqa: S608 - no input in it
                order_id,
            )
        )

    async def unprepare(self, order_id: int) -> bool:
        """From preparing back to paid."""
        return bool(
            await Order.raw(
                """
                UPDATE orders SET status = 'paid', preparing_at = NULL
                WHERE id = {} AND status = 'preparing' RETURNING id
                """,
                order_id,
            )
        )

    async def ship(self, order_id: int) -> bool:
        """From preparing to shipped; or one more parcel, until they have arrived."""
        return bool(
            await Order.raw(
                """
                UPDATE orders SET status = 'shipped', shipped_at = COALESCE(shipped_at, now())
                WHERE id = {} AND status IN ('preparing', 'shipped') AND delivered_at IS NULL
                RETURNING id
                """,
                order_id,
            )
        )

    async def add_shipment(self, order_id: int, carrier: str, tracking_no: str) -> int | None:
        """The id of the shipment; None if it exists already."""
        rows = await Shipment.raw(
            """
            INSERT INTO shipments ("order", carrier, tracking_no) VALUES ({}, {}, {})
            ON CONFLICT DO NOTHING RETURNING id
            """,
            order_id,
            carrier,
            tracking_no,
        )
        return int(rows[0]["id"]) if rows else None

    async def correct_shipment(
        self, order_id: int, shipment_id: int, carrier: str, tracking_no: str
    ) -> bool:
        return bool(
            await Shipment.raw(
                """
                UPDATE shipments SET carrier = {}, tracking_no = {}
                WHERE id = {} AND "order" = {} RETURNING id
                """,
                carrier,
                tracking_no,
                shipment_id,
                order_id,
            )
        )

    async def deliver(self, order_id: int) -> str | None:
        """The parcels of a shipped order have arrived: its status, which is fulfilled unless
        something waits at the desk."""
        rows = await Order.raw(
            f"""
            UPDATE orders o SET delivered_at = now(),
                status = CASE WHEN {DESK} AND collected_at IS NULL THEN status
                              ELSE 'fulfilled' END,
                closed_at = CASE WHEN {DESK} AND collected_at IS NULL THEN NULL ELSE now() END
            WHERE id = {{}} AND status = 'shipped' AND delivered_at IS NULL RETURNING status
            """,  # noqa: S608 - no input in it
            order_id,
        )
        return str(rows[0]["status"]) if rows else None

    async def collect(self, order_id: int) -> str | None:
        """The desk goods of an open order were picked up: its status, which is fulfilled unless a
        parcel has yet to arrive."""
        rows = await Order.raw(
            f"""
            UPDATE orders o SET collected_at = now(),
                status = CASE WHEN {PARCEL} AND delivered_at IS NULL THEN status
                              ELSE 'fulfilled' END,
                closed_at = CASE WHEN {PARCEL} AND delivered_at IS NULL THEN NULL ELSE now() END
            WHERE id = {{}} AND closed_at IS NULL AND collected_at IS NULL AND {DESK}
            RETURNING status
            """,  # noqa: S608 - no input in it
            order_id,
        )
        return str(rows[0]["status"]) if rows else None

    async def fulfil(self, order_id: int) -> bool:
        """From shipped, or from paid if there is no parcel, to fulfilled."""
        return bool(
            await Order.raw(
                f"""
                UPDATE orders o SET status = 'fulfilled', closed_at = now(),
                    delivered_at = CASE WHEN shipped_at IS NOT NULL
                                   THEN COALESCE(delivered_at, now()) END,
                    collected_at = CASE WHEN {DESK} THEN COALESCE(collected_at, now()) END
                WHERE id = {{}} AND (status = 'shipped' OR status = 'paid' AND NOT {PARCEL})
                RETURNING id
                """,  # noqa: S608 - no input in it
                order_id,
            )
        )

    async def unfulfil(self, order_id: int) -> str | None:
        """The status to which a fulfilled order has returned. None also if items of it were
        returned, or a return is requested."""
        rows = await Order.raw(
            """
            UPDATE orders SET status = CASE WHEN shipped_at IS NULL THEN 'paid' ELSE 'shipped' END,
                closed_at = NULL, delivered_at = NULL, collected_at = NULL
            WHERE id = {} AND status = 'fulfilled'
                AND NOT EXISTS (SELECT FROM return_requests r
                                WHERE r."order" = orders.id AND r.status <> 'refused')
            RETURNING status
            """,
            order_id,
        )
        return str(rows[0]["status"]) if rows else None

    async def add_event(self, message_id: str, type_: str, order_id: int) -> bool:
        """False if it was accepted before. Waits for another one with this id that is running."""
        return bool(
            await ExternalEvent.raw(
                """
                INSERT INTO external_events (message_id, type, "order") VALUES ({}, {}, {})
                ON CONFLICT DO NOTHING RETURNING message_id
                """,
                message_id,
                type_,
                order_id,
            )
        )

    async def delete_events(self, age: timedelta) -> None:
        await ExternalEvent.raw(
            "DELETE FROM external_events WHERE received_at < now() - {}::interval", age
        )
