"""Counters of likes know their product's category, and whether it is sold; triggers keep it so."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-22T22:15:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "the most liked of a category"

# The index goes first and comes last: so the rows are written anew without it.
STATEMENTS = (
    "DROP INDEX like_counters_most",
    "ALTER TABLE like_counters ADD COLUMN category BIGINT NOT NULL DEFAULT 0, "
    "ADD COLUMN active BOOLEAN NOT NULL DEFAULT true",
    """
    CREATE FUNCTION list_like_counter() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT category, active INTO NEW.category, NEW.active FROM products WHERE id = NEW.product;
        RETURN NEW;
    END $$
    """,
    """
    CREATE TRIGGER like_counters_listed BEFORE INSERT ON like_counters
    FOR EACH ROW EXECUTE FUNCTION list_like_counter()
    """,
    """
    CREATE FUNCTION move_like_counter() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE like_counters SET category = NEW.category, active = NEW.active
        WHERE product = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER products_listed AFTER UPDATE ON products FOR EACH ROW
    WHEN ((OLD.category, OLD.active) IS DISTINCT FROM (NEW.category, NEW.active))
    EXECUTE FUNCTION move_like_counter()
    """,
    "UPDATE like_counters SET category = products.category, active = products.active "
    "FROM products WHERE products.id = like_counters.product",
    "CREATE INDEX like_counters_most ON like_counters (like_count DESC, product DESC) WHERE active",
    "CREATE INDEX like_counters_category_most ON like_counters (category, like_count, product) "
    "WHERE active",
    "ANALYZE like_counters",
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
