"""The indexes of mail."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T18:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "mail indexes"

INDEXES = (
    ("CREATE INDEX mails_due ON mails (due_at, id) WHERE sent_at IS NULL AND given_up_at IS NULL"),
    "CREATE INDEX mails_unsent ON mails (id) WHERE sent_at IS NULL",
    "CREATE INDEX mails_sent ON mails (sent_at) WHERE sent_at IS NOT NULL",
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
