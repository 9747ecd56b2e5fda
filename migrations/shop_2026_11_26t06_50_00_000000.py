"""Search terms know the rules and the texts that they were made by, and hold the words of all texts.

Those of the products that there are have version 0: the start that comes after makes them again.
"""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T06:50:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "search by the words of all texts"

STATEMENTS = (
    "ALTER TABLE product_terms DROP COLUMN names, "
    "ADD COLUMN version INTEGER NOT NULL DEFAULT 0, "
    "ADD COLUMN source TEXT NOT NULL DEFAULT '', "
    "ADD COLUMN words TEXT[] NOT NULL DEFAULT '{{}}'",
    "INSERT INTO product_terms (product, text, terms) SELECT id, '', '{{}}' FROM products "
    "ON CONFLICT (product) DO NOTHING",
    "DROP INDEX products_prose",
    "CREATE INDEX product_terms_words ON product_terms USING gin (array_to_tsvector(words)) "
    "WITH (fastupdate = off)",
    "CREATE INDEX product_terms_version ON product_terms (version)",
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
