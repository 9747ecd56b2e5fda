"""The address book."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, Boolean, ForeignKey, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T12:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "addresses"


class User(Table, tablename="users"):
    id = BigSerial(primary_key=True)


class Address(Table, tablename="addresses"):
    id = BigSerial(primary_key=True)
    user = ForeignKey(User, null=False, index=False, on_delete=OnDelete.restrict)
    name = Varchar(length=60, null=False)
    phone = Varchar(length=30, null=False)
    country = Varchar(length=2, null=False, default="KR")
    postcode = Varchar(length=12, null=False, default="")
    line1 = Varchar(length=120, null=False)
    line2 = Varchar(length=120, null=False, default="")
    note = Varchar(length=200, null=False, default="")
    is_default = Boolean(null=False, default=False)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)

    addresses_filled = Check("name <> '' AND phone <> '' AND line1 <> ''")
    addresses_postcode = Check("country <> 'KR' OR postcode ~ '^[0-9]{5}$'")


TABLES = (Address,)


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
