"""Points that are granted to many; the employee number and department of an account."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigInt, BigSerial, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.base import OnDelete
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check, Unique
from piccolo.table import Table

ID = "2026-11-26T12:00:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "points to many"


class User(Table, tablename="users"):
    id = BigSerial(primary_key=True)
    employee_no = Varchar(length=40, unique=True, null=True, default=None, required=False)
    department = Varchar(length=60, null=False, default="")


class PointBatch(Table, tablename="point_batches"):
    id = BigSerial(primary_key=True)
    created_by = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    confirmed_by = ForeignKey(
        User, null=True, default=None, index=True, on_delete=OnDelete.restrict
    )
    reverses = ForeignKey(
        "self", null=True, default=None, unique=True, index=False, on_delete=OnDelete.restrict
    )
    status = Varchar(length=20, null=False, default="draft")
    needs_second = Boolean(null=False, default=False)
    total = BigInt(null=False)
    people = Integer(null=False)
    done = Integer(null=False, default=0)
    moved = BigInt(null=False, default=0)
    created_at = Timestamptz(default=TimestamptzNow(), null=False)
    confirmed_at = Timestamptz(null=True, default=None)
    ended_at = Timestamptz(null=True, default=None)

    point_batches_status_known = Check("status IN ('draft', 'waiting', 'running', 'done')")
    point_batches_not_empty = Check("total > 0 AND people > 0")
    point_batches_confirmed = Check(
        "status IN ('draft', 'waiting') OR "
        "(confirmed_by IS NOT NULL AND (NOT needs_second OR confirmed_by <> created_by))"
    )


class PointBatchLine(Table, tablename="point_batch_lines"):
    id = BigSerial(primary_key=True)
    batch = ForeignKey(PointBatch, null=False, index=False, on_delete=OnDelete.restrict)
    user = ForeignKey(User, null=False, index=True, on_delete=OnDelete.restrict)
    amount = BigInt(null=False)
    reason = Varchar(length=200, null=False)
    moved = BigInt(null=True, default=None)

    point_batch_lines_once = Unique([batch, user])
    point_batch_lines_amount_in_range = Check("amount BETWEEN 1 AND 1000000000")
    point_batch_lines_moved_in_range = Check("moved BETWEEN 0 AND amount")


class StaffSetting(Table, tablename="staff_settings"):
    name = Varchar(length=40, primary_key=True)
    value = BigInt(null=False)


def add_columns(manager: MigrationManager, table: type[Table], columns) -> None:
    for column in columns:
        manager.add_column(
            table_class_name=table.__name__,
            tablename=table._meta.tablename,
            column_name=column._meta.name,
            column_class=type(column),
            params=column._meta.params,
        )


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)
    add_columns(manager, User, (User.employee_no, User.department))
    for table in (PointBatch, PointBatchLine, StaffSetting):
        manager.add_table(table.__name__, table._meta.tablename)
        add_columns(manager, table, table._meta.columns)
        for constraint in table._meta.constraints:
            manager.add_constraint(
                table_class_name=table.__name__,
                tablename=table._meta.tablename,
                constraint_name=constraint._meta.name,
                constraint_class=type(constraint),
                params=constraint._meta.params,
            )
    return manager
