"""The index of the lines of product files; a guard against changes of the log of staff."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T16:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "product file indexes and the guard of the log"

INDEXES = (
    """
    CREATE FUNCTION staff_actions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'staff_actions is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    """
    CREATE TRIGGER staff_actions_stay BEFORE UPDATE OR DELETE ON staff_actions
    FOR EACH STATEMENT EXECUTE FUNCTION staff_actions_stay()
    """,
    "CREATE INDEX product_import_lines_of_import ON product_import_lines (product_import, id)",
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
