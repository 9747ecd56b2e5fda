"""Indexes to search by.

The products that there were already are made findable at the next start, by the rules of then.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-22T19:20:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "indexes to search by"

INDEXES = (
    "CREATE INDEX product_terms_held ON product_terms USING gin (terms) WITH (fastupdate = off)",
    "CREATE INDEX products_prose ON products USING gin (to_tsvector('simple', normalize(left("
    "name || ' ' || name_en || ' ' || description || ' ' || description_en, 100000), NFKC))) "
    "WITH (fastupdate = off)",
)


class Schema(Table):
    """Only a way to run SQL in the migration's own transaction."""


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)

    async def run() -> None:
        for index in INDEXES:
            await Schema.raw(index)

    manager.add_raw(run)
    return manager
