"""Values of a person in the log of staff can be erased."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-27T23:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "erasing of values in the log of staff"

STATEMENTS = (
    """
    CREATE OR REPLACE FUNCTION staff_actions_stay() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE'
            AND (NEW.id, NEW.at, NEW.actor, NEW.action, NEW.subject, NEW.reason)
                = (OLD.id, OLD.at, OLD.actor, OLD.action, OLD.subject, OLD.reason)
            AND NEW.before IS NOT DISTINCT FROM OLD.before || (
                SELECT COALESCE(jsonb_object_agg(key, value), jsonb_build_object())
                FROM jsonb_each(NEW.before) WHERE value = 'null')
            AND NEW.after IS NOT DISTINCT FROM OLD.after || (
                SELECT COALESCE(jsonb_object_agg(key, value), jsonb_build_object())
                FROM jsonb_each(NEW.after) WHERE value = 'null')
        THEN
            RETURN NEW;
        END IF;
        RAISE EXCEPTION 'staff_actions is never changed' USING ERRCODE = 'restrict_violation';
    END $$
    """,
    "DROP TRIGGER staff_actions_stay ON staff_actions",
    """
    CREATE TRIGGER staff_actions_stay BEFORE UPDATE OR DELETE ON staff_actions
    FOR EACH ROW EXECUTE FUNCTION staff_actions_stay()
    """,
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
