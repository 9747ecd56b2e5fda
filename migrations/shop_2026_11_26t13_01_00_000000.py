"""The indexes of codes."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T13:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "code indexes"

INDEXES = (
    "CREATE INDEX codes_of_product ON codes (product, id DESC)",
    'CREATE INDEX codes_of_order ON codes ("order", product, id)',
    (
        "CREATE INDEX codes_free ON codes (product, valid_until, id) "
        'WHERE "order" IS NULL AND voided_at IS NULL'
    ),
    "CREATE INDEX codes_by_key ON codes (key)",
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
