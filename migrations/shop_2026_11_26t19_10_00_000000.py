"""Further pictures of products."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, ForeignKey, Integer, Varchar
from piccolo.columns.base import OnDelete
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-26T19:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "product pictures"


class Product(Table, tablename="products"):
    id = BigSerial(primary_key=True)


class ProductPicture(Table, tablename="product_pictures"):
    id = BigSerial(primary_key=True)
    product = ForeignKey(Product, null=False, index=False, on_delete=OnDelete.restrict)
    place = Integer(null=False)
    picture = Varchar(length=255, null=False)
    alt = Varchar(length=200, null=False, default="")
    alt_en = Varchar(length=200, null=False, default="")

    product_pictures_places = Unique([product, place])
    product_pictures_once = Unique([product, picture])
    product_pictures_up_to_eight = Check("place BETWEEN 1 AND 7")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    table = ProductPicture
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
