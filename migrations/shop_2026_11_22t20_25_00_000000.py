"""An index of a category's products that can be entered behind any of them."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-22T20:25:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "a category's newest products, by category and id alike"

STATEMENTS = (
    "DROP INDEX products_category_newest",
    "CREATE INDEX products_category_newest ON products (category, id) WHERE active",
)


class Schema(Table):
    """Only a way to run SQL in the migration's own transaction."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)

    async def run() -> None:
        for statement in STATEMENTS:
            await Schema.raw(statement)

    manager.add_raw(run)
    return manager
