"""The last sign-in of an account gets a time zone, as all other times have one."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T06:35:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "last sign-in with a time zone"

STATEMENT = """
    ALTER TABLE users ALTER COLUMN last_login TYPE TIMESTAMPTZ
    USING last_login AT TIME ZONE 'UTC', ALTER COLUMN last_login SET DEFAULT null
"""


class Schema(Table):
    """Only a way to run SQL in the migration's own transaction."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)

    async def run() -> None:
        await Schema.raw(STATEMENT)

    manager.add_raw(run)
    return manager
