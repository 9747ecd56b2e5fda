"""The steps of an order, shipments, events of the external system; several messages of a type."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-26T14:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "shipments"


class Order(Table, tablename="orders"):
    id = BigSerial(primary_key=True)
    preparing_at = Timestamptz(null=True, default=None)
    shipped_at = Timestamptz(null=True, default=None)
    delivered_at = Timestamptz(null=True, default=None)
    collected_at = Timestamptz(null=True, default=None)

    orders_status_has_steps = Check(
        """
        CASE status
            WHEN 'paid' THEN
                num_nonnulls(preparing_at, shipped_at, delivered_at, closed_at) = 0
            WHEN 'preparing' THEN
                preparing_at IS NOT NULL
                AND num_nonnulls(shipped_at, delivered_at, closed_at) = 0
            WHEN 'shipped' THEN
                num_nulls(preparing_at, shipped_at) = 0 AND closed_at IS NULL
            WHEN 'fulfilled' THEN
                closed_at IS NOT NULL
                AND num_nonnulls(preparing_at, shipped_at, delivered_at) IN (0, 3)
            WHEN 'cancelled' THEN
                closed_at IS NOT NULL
                AND num_nonnulls(preparing_at, shipped_at, delivered_at, collected_at) = 0
            ELSE false
        END
        """
    )


class Shipment(Table, tablename="shipments"):
    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, index=False, on_delete=OnDelete.restrict)
    carrier = Varchar(length=20, null=False)
    tracking_no = Varchar(length=40, null=False)
    shipped_at = Timestamptz(default=TimestamptzNow(), null=False)

    shipments_once = Unique([order, carrier, tracking_no])
    shipments_tracking_no_plain = Check("tracking_no ~ '^[0-9A-Z]{5,40}$'")


class ExternalEvent(Table, tablename="external_events"):
    message_id = Varchar(length=255, primary_key=True)
    type = Varchar(length=40, null=False)
    order = ForeignKey(Order, null=False, index=True, on_delete=OnDelete.restrict)
    received_at = Timestamptz(default=TimestamptzNow(), null=False, index=True)


class OutboxMessage(Table, tablename="outbox_messages"):
    type = Varchar(length=40, null=False)
    subject = Varchar(length=80, null=False)
    change = Varchar(length=40, null=False, default="")

    outbox_messages_once_a_change = Unique([subject, type, change])
    outbox_messages_type_is_known = Check(
        "type IN ('order.created', 'order.cancelled', 'order.recipient', 'order.shipped', "
        "'order.fulfilled', 'order.refunded')"
    )


NEW = (Shipment, ExternalEvent)
ADDED = {
    Order: (Order.preparing_at, Order.shipped_at, Order.delivered_at, Order.collected_at),
    Shipment: Shipment._meta.columns,
    ExternalEvent: ExternalEvent._meta.columns,
    OutboxMessage: (OutboxMessage.change,),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    for table in NEW:
        manager.add_table(table.__name__, table._meta.tablename)
    for table, columns in ADDED.items():
        for column in columns:
            manager.add_column(
                table_class_name=table.__name__,
                tablename=table._meta.tablename,
                column_name=column._meta.name,
                column_class=type(column),
                params=column._meta.params,
            )
        for constraint in table._meta.constraints:
            manager.add_constraint(
                table_class_name=table.__name__,
                tablename=table._meta.tablename,
                constraint_name=constraint._meta.name,
                constraint_class=type(constraint),
                params=constraint._meta.params,
            )
    return manager
