"""Refunds of parts of an order, and requests to return items."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, BigSerial, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-26T17:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "refunds"


class Order(Table, tablename="orders"):
    id = BigSerial(primary_key=True)
    refunded = BigInt(null=False, default=0)

    orders_refunded_at_most_once = Check(
        "refunded BETWEEN 0 AND total AND (status <> 'cancelled' OR refunded = total)"
    )


class Product(Table, tablename="products"):
    id = BigSerial(primary_key=True)


class OrderLine(Table, tablename="order_lines"):
    cancelled = Integer(null=False, default=0)
    returned = Integer(null=False, default=0)

    order_lines_given_back_at_most_once = Check(
        "cancelled >= 0 AND returned >= 0 AND cancelled + returned <= quantity"
    )


class OrderRefund(Table, tablename="order_refunds"):
    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, index=True, on_delete=OnDelete.restrict)
    kind = Varchar(length=10, null=False)
    amount = BigInt(null=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    order_refunds_kind_known = Check("kind IN ('cancel', 'return')")
    order_refunds_amount_positive = Check("amount > 0")


class OrderRefundLine(Table, tablename="order_refund_lines"):
    id = BigSerial(primary_key=True)
    refund = ForeignKey(OrderRefund, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=False, on_delete=OnDelete.restrict)
    quantity = Integer(null=False)
    restocked = Integer(null=False)

    order_refund_lines_once = Unique([refund, product])
    order_refund_lines_in_range = Check("quantity > 0 AND restocked BETWEEN 0 AND quantity")


class ReturnRequest(Table, tablename="return_requests"):
    id = BigSerial(primary_key=True)
    order = ForeignKey(Order, null=False, index=True, on_delete=OnDelete.restrict)
    status = Varchar(length=10, null=False, default="asked")
    reason = Varchar(length=200, null=False, default="")
    answer = Varchar(length=200, null=False, default="")
    asked_at = Timestamptz(default=TimestamptzNow(), null=False)
    closed_at = Timestamptz(null=True, default=None)

    return_requests_status_known = Check("status IN ('asked', 'taken', 'refused')")
    return_requests_closed = Check("(status = 'asked') = (closed_at IS NULL)")


class ReturnRequestLine(Table, tablename="return_request_lines"):
    id = BigSerial(primary_key=True)
    request = ForeignKey(ReturnRequest, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    quantity = Integer(null=False)

    return_request_lines_once = Unique([request, product])
    return_request_lines_positive = Check("quantity > 0")


NEW = (OrderRefund, OrderRefundLine, ReturnRequest, ReturnRequestLine)
ADDED = {
    Order: (Order.refunded,),
    OrderLine: (OrderLine.cancelled, OrderLine.returned),
    **{table: table._meta.columns for table in NEW},
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
