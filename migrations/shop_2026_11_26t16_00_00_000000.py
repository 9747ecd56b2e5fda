"""Files of products that are shown before they are imported; from when on stock is low."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import JSONB, BigSerial, ForeignKey, Integer, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T16:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "product files and stock thresholds"


class User(Table, tablename="users"):
    id = BigSerial(primary_key=True)


class Product(Table, tablename="products"):
    id = BigSerial(primary_key=True)


class ProductImport(Table, tablename="product_imports"):
    id = BigSerial(primary_key=True)
    created_by = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    unchanged = Integer(null=False, default=0)


class ProductImportLine(Table, tablename="product_import_lines"):
    id = BigSerial(primary_key=True)
    product_import = ForeignKey(ProductImport, null=False, index=False, on_delete=OnDelete.restrict)
    line = Integer(null=False)
    product = ForeignKey(Product, null=True, default=None, index=True, on_delete=OnDelete.restrict)
    before = JSONB(null=False)
    after = JSONB(null=False)


class StockThreshold(Table, tablename="stock_thresholds"):
    product = ForeignKey(Product, null=False, primary_key=True, on_delete=OnDelete.restrict)
    threshold = Integer(null=False)

    stock_thresholds_not_negative = Check("threshold BETWEEN 0 AND 1000000")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    for table in (StockThreshold, ProductImport, ProductImportLine):
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
