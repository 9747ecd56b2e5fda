"""The log of what staff did, and their rights."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import JSONB, BigSerial, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-26T10:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "staff"


class User(Table, tablename="users"):
    id = BigSerial(primary_key=True)


class StaffAction(Table, tablename="staff_actions"):
    id = BigSerial(primary_key=True)
    at = Timestamptz(default=TimestamptzNow(), null=False)
    actor = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    action = Varchar(length=60, null=False)
    subject = Varchar(length=80, null=False)
    before = JSONB(null=True, default=None)
    after = JSONB(null=True, default=None)
    reason = Varchar(length=500, null=False, default="")


class StaffRight(Table, tablename="staff_rights"):
    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    right = Varchar(length=20, null=False)

    staff_rights_once = Unique([user, right])
    staff_rights_known = Check(
        "\"right\" IN ('orders', 'stock', 'points', 'catalogue', 'people', 'settings')"
    )


TABLES = (StaffAction, StaffRight)


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
