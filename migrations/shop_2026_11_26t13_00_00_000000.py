"""Codes that are sold."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, Date, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T13:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "codes"


class Product(Table, tablename="products"):
    id = BigSerial(primary_key=True)

    products_ways_to_arrive = Check("delivery IN ('parcel', 'desk', 'code')")


class Order(Table, tablename="orders"):
    id = BigSerial(primary_key=True)


class OrderLine(Table, tablename="order_lines"):
    order_lines_ways_to_arrive = Check("delivery IN ('parcel', 'desk', 'code')")


class Code(Table, tablename="codes"):
    id = BigSerial(primary_key=True)
    product = ForeignKey(Product, null=False, index=False, on_delete=OnDelete.restrict)
    order = ForeignKey(Order, null=True, default=None, index=False, on_delete=OnDelete.restrict)
    sealed = Text(null=False)
    digest = Varchar(length=64, null=False, unique=True)
    key = Varchar(length=16, null=False)
    valid_until = Date(null=True, default=None)
    revealed_at = Timestamptz(null=True, default=None)
    voided_at = Timestamptz(null=True, default=None)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    codes_revealed_to_a_buyer = Check('revealed_at IS NULL OR "order" IS NOT NULL')


DROPPED = {Product: "products_delivery_known", OrderLine: "order_lines_delivery_known"}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    for table, constraint in DROPPED.items():
        manager.drop_constraint(
            table_class_name=table.__name__,
            tablename=table._meta.tablename,
            constraint_name=constraint,
        )
    manager.add_table(Code.__name__, Code._meta.tablename)
    for column in Code._meta.columns:
        manager.add_column(
            table_class_name=Code.__name__,
            tablename=Code._meta.tablename,
            column_name=column._meta.name,
            column_class=type(column),
            params=column._meta.params,
        )
    for table in (Product, OrderLine, Code):
        for constraint_ in table._meta.constraints:
            manager.add_constraint(
                table_class_name=table.__name__,
                tablename=table._meta.tablename,
                constraint_name=constraint_._meta.name,
                constraint_class=type(constraint_),
                params=constraint_._meta.params,
            )
    return manager
