"""The indexes of refunds and returns."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T17:31:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "refund indexes"

INDEXES = (
    (
        'CREATE INDEX order_lines_of_product ON order_lines (product, "order" DESC) '
        "INCLUDE (quantity, cancelled)"
    ),
    "CREATE INDEX order_refund_lines_of_product ON order_refund_lines (product, refund DESC)",
    (
        'CREATE UNIQUE INDEX return_requests_open ON return_requests ("order") '
        "WHERE status = 'asked'"
    ),
    "CREATE INDEX return_requests_by_status ON return_requests (status, id)",
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
