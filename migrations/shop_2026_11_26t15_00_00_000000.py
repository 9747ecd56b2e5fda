"""Which pictures were uploaded."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T15:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "pictures"


class StoredPicture(Table, tablename="pictures"):
    name = Varchar(length=255, primary_key=True)
    state = Varchar(length=10, null=False, default="uploading")
    unused_since = Timestamptz(default=TimestamptzNow(), null=True)

    pictures_state_known = Check("state IN ('uploading', 'stored', 'removing')")
    pictures_used_are_stored = Check("state = 'stored' OR unused_since IS NOT NULL")


TABLES = (StoredPicture,)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    for table in TABLES:
        name, tablename = table.__name__, table._meta.tablename
        manager.add_table(name, tablename)
        for column in table._meta.columns:
            manager.add_column(
                table_class_name=name,
                tablename=tablename,
                column_name=column._meta.name,
                column_class=type(column),
                params=column._meta.params,
            )
        for constraint in table._meta.constraints:
            manager.add_constraint(
                table_class_name=name,
                tablename=tablename,
                constraint_name=constraint._meta.name,
                constraint_class=type(constraint),
                params=constraint._meta.params,
            )
    return manager
