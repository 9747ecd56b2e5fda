"""How products arrive, and the recipients of orders."""

from enum import StrEnum

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T12:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "delivery"


class DeliveryChoice(StrEnum):
    parcel = "parcel"
    desk = "desk"
    code = "code"


class Product(Table, tablename="products"):
    delivery = Varchar(length=10, null=False, default="desk", choices=DeliveryChoice)

    products_delivery_known = Check("delivery IN ('parcel', 'desk')")


class Order(Table, tablename="orders"):
    id = BigSerial(primary_key=True)
    closed_at = Timestamptz(null=True, default=None)


class OrderLine(Table, tablename="order_lines"):
    delivery = Varchar(length=10, null=False, default="desk")

    order_lines_delivery_known = Check("delivery IN ('parcel', 'desk')")


class OrderRecipient(Table, tablename="order_recipients"):
    order = ForeignKey(Order, null=False, primary_key=True, on_delete=OnDelete.restrict)
    name = Varchar(length=60, null=False)
    phone = Varchar(length=30, null=False)
    country = Varchar(length=2, null=False)
    postcode = Varchar(length=12, null=False)
    line1 = Varchar(length=120, null=False)
    line2 = Varchar(length=120, null=False)
    note = Varchar(length=200, null=False)
    erased_at = Timestamptz(null=True, default=None)

    order_recipients_filled = Check(
        "erased_at IS NOT NULL OR (name <> '' AND phone <> '' AND line1 <> '')"
    )
    order_recipients_erased = Check(
        "erased_at IS NULL OR concat(name, phone, country, postcode, line1, line2, note) = ''"
    )


ADDED = {
    Product: (Product.delivery,),
    Order: (Order.closed_at,),
    OrderLine: (OrderLine.delivery,),
    OrderRecipient: OrderRecipient._meta.columns,
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    manager.add_table(OrderRecipient.__name__, OrderRecipient._meta.tablename)
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
