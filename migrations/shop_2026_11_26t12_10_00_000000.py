"""Links by which somebody sets a password once."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, ForeignKey, Timestamptz
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

ID = "2026-11-26T12:10:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "password links"


class User(Table, tablename="users"):
    id = BigSerial(primary_key=True)


class PasswordLink(Table, tablename="password_links"):
    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    made_by = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    made_at = Timestamptz(default=TimestamptzNow(), null=False)
    expires_at = Timestamptz(null=False)
    used_at = Timestamptz(null=True, default=None)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    name, tablename = PasswordLink.__name__, PasswordLink._meta.tablename
    manager.add_table(name, tablename)
    for column in PasswordLink._meta.columns:
        manager.add_column(
            table_class_name=name,
            tablename=tablename,
            column_name=column._meta.name,
            column_class=type(column),
            params=column._meta.params,
        )
    return manager
