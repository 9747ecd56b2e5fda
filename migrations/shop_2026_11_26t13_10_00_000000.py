"""How many items of a product a person may buy, and when it is on sale."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Integer, Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T13:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "limits and times of sale"


class Product(Table, tablename="products"):
    person_limit = Integer(null=True, default=None, required=False)
    limit_days = Integer(null=True, default=None, required=False)
    on_sale_from = Timestamptz(null=True, default=None, required=False)
    on_sale_until = Timestamptz(null=True, default=None, required=False)

    products_limit_in_range = Check(
        "person_limit BETWEEN 1 AND 9999 AND (limit_days IS NULL OR limit_days BETWEEN 1 AND 3650)"
        " OR num_nonnulls(person_limit, limit_days) = 0"
    )
    products_sale_has_a_time = Check("on_sale_from < on_sale_until")


COLUMNS = (
    Product.person_limit,
    Product.limit_days,
    Product.on_sale_from,
    Product.on_sale_until,
)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    for column in COLUMNS:
        manager.add_column(
            table_class_name=Product.__name__,
            tablename=Product._meta.tablename,
            column_name=column._meta.name,
            column_class=type(column),
            params=column._meta.params,
        )
    for constraint in Product._meta.constraints:
        manager.add_constraint(
            table_class_name=Product.__name__,
            tablename=Product._meta.tablename,
            constraint_name=constraint._meta.name,
            constraint_class=type(constraint),
            params=constraint._meta.params,
        )
    return manager
