"""Until when a day is summed. Days are summed again by the next sweep: their refunds were marked by
another rule."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Timestamptz
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-28T01:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "sums of the current day"

STATEMENTS = ("DELETE FROM closed_day_products", "DELETE FROM closed_days")


class ClosedDay(Table, tablename="closed_days"):
    summed_until = Timestamptz(null=False, default=None)

    closed_days_summed_in_range = Check("summed_until BETWEEN begins_at AND ends_at")


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)

    async def forget() -> None:
        for statement in STATEMENTS:
            await ClosedDay.raw(statement)

    manager.add_raw(forget)
    manager.add_column(
        table_class_name=ClosedDay.__name__,
        tablename=ClosedDay._meta.tablename,
        column_name="summed_until",
        column_class=Timestamptz,
        params=ClosedDay.summed_until._meta.params,
    )
    [constraint] = ClosedDay._meta.constraints
    manager.add_constraint(
        table_class_name=ClosedDay.__name__,
        tablename=ClosedDay._meta.tablename,
        constraint_name=constraint._meta.name,
        constraint_class=type(constraint),
        params=constraint._meta.params,
    )
    return manager
