"""Days that are summed once they are over."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, BigSerial, Boolean, Date, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import Column, OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-26T21:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "closed days"


class Product(Table, tablename="products"):
    id = BigSerial(primary_key=True)


class ClosedDay(Table, tablename="closed_days"):
    id = BigSerial(primary_key=True)
    zone = Varchar(length=60, null=False)
    day = Date(null=False, default=None)
    begins_at = Timestamptz(null=False, default=None)
    ends_at = Timestamptz(null=False, default=None)
    orders = BigInt(null=False)
    goods = BigInt(null=False)
    points = BigInt(null=False)
    cancelled = BigInt(null=False)
    granted = BigInt(null=False)
    spent = BigInt(null=False)
    refunded = BigInt(null=False)
    corrected = BigInt(null=False)

    closed_days_once = Unique([zone, day])
    closed_days_in_range = Check(
        "begins_at < ends_at AND least(orders, goods, points, cancelled, granted, refunded, -spent)"
        " >= 0"
    )


class ClosedDayProduct(Table, tablename="closed_day_products"):
    id = BigSerial(primary_key=True)
    closed_day = ForeignKey(ClosedDay, null=False, index=False, on_delete=OnDelete.restrict)
    product = ForeignKey(Product, null=False, index=True, on_delete=OnDelete.restrict)
    orders = BigInt(null=False)
    goods = BigInt(null=False)
    points = BigInt(null=False)

    closed_day_products_once = Unique([closed_day, product])
    closed_day_products_in_range = Check("orders > 0 AND goods >= 0 AND points >= 0")


class OrderRefund(Table, tablename="order_refunds"):
    summed = Boolean(null=False, default=False)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    _add_column(manager, OrderRefund, OrderRefund.summed)
    for table in (ClosedDay, ClosedDayProduct):
        manager.add_table(table.__name__, table._meta.tablename)
        for column in table._meta.columns:
            _add_column(manager, table, column)
        for constraint in table._meta.constraints:
            manager.add_constraint(
                table_class_name=table.__name__,
                tablename=table._meta.tablename,
                constraint_name=constraint._meta.name,
                constraint_class=type(constraint),
                params=constraint._meta.params,
            )
    return manager


def _add_column(manager: MigrationManager, table: type[Table], column: Column) -> None:
    manager.add_column(
        table_class_name=table.__name__,
        tablename=table._meta.tablename,
        column_name=column._meta.name,
        column_class=type(column),
        params=column._meta.params,
    )
