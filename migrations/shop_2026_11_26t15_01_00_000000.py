"""The indexes of pictures."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T15:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "picture indexes"

INDEXES = (
    "CREATE INDEX pictures_unused ON pictures (unused_since) WHERE unused_since IS NOT NULL",
)


class Schema(Table):
    """Only a way to run SQL in the migration's own transaction."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)

    async def run() -> None:
        for statement in INDEXES:
            await Schema.raw(statement)

    manager.add_raw(run)
    return manager
