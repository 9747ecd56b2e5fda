"""A cart knows the form that added to it last, so that the same form sent twice adds once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Varchar
from piccolo.columns.indexes import IndexMethod

ID = "2026-11-26T06:40:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "what was added to the cart last"


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    manager.add_column(
        table_class_name="CartItem",
        tablename="cart_items",
        column_name="last_add",
        db_column_name="last_add",
        column_class_name="Varchar",
        column_class=Varchar,
        params={
            "length": 64,
            "default": None,
            "null": True,
            "primary_key": False,
            "unique": False,
            "index": False,
            "index_method": IndexMethod.btree,
            "choices": None,
            "db_column_name": None,
        },
    )
    return manager
