"""The indexes of closed days and of refunds that no sum has yet."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T21:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes of closed days"

INDEXES = (
    'CREATE INDEX order_refunds_unsummed ON order_refunds ("order") WHERE NOT summed',
    (
        "CREATE INDEX closed_day_products_sums ON closed_day_products (closed_day) "
        "INCLUDE (product, orders, goods, points)"
    ),
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
