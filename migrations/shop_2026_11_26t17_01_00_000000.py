"""The index of announcements."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T17:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "content indexes"

INDEXES = ("CREATE INDEX announcements_ends_at ON announcements (ends_at)",)


class Schema(Table):
    """Only a way to run SQL in the migration's own transaction."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)

    async def run() -> None:
        for statement in INDEXES:
            await Schema.raw(statement)

    manager.add_raw(run)
    return manager
