"""The Idempotency-Key of a request to return items."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

ID = "2026-11-27T23:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "key of a return request"


class ReturnRequest(Table, tablename="return_requests"):
    order = BigInt(null=False)
    key = Varchar(length=255, null=True, default=None, secret=True)

    return_requests_key_once = Unique([order, key])


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    manager.add_column(
        table_class_name=ReturnRequest.__name__,
        tablename=ReturnRequest._meta.tablename,
        column_name="key",
        column_class=Varchar,
        params=ReturnRequest.key._meta.params,
    )
    [constraint] = ReturnRequest._meta.constraints
    manager.add_constraint(
        table_class_name=ReturnRequest.__name__,
        tablename=ReturnRequest._meta.tablename,
        constraint_name=constraint._meta.name,
        constraint_class=type(constraint),
        params=constraint._meta.params,
    )
    return manager
