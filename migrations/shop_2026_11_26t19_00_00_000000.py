"""Lines of products with a limit, which PostgreSQL checks too."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, ForeignKey, Integer
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T19:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "limited purchases"


class OrderLine(Table, tablename="order_lines"):
    id = BigSerial(primary_key=True)


class LimitedPurchase(Table, tablename="limited_purchases"):
    line = ForeignKey(OrderLine, null=False, primary_key=True, on_delete=OnDelete.restrict)
    person_limit = Integer(null=False)
    limit_days = Integer(null=True, default=None)
    bought = Integer(null=False)

    limited_purchases_within_limit = Check("bought BETWEEN 1 AND person_limit")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    table = LimitedPurchase
    manager.add_table(table.__name__, table._meta.tablename)
    for column in table._meta.columns:
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
