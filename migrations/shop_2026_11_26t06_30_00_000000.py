"""Forms of staff that were sent, and which of them moved stock."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import BigSerial, ForeignKey, Text, Timestamptz, Varchar
from piccolo.columns.base import OnDelete, OnUpdate
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.constraints import Check
from piccolo.table import Table

ID = "2026-11-26T06:30:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "keys of forms"

# Before the check below: entries from before this migration get a form of their own.
STATEMENTS = (
    "ALTER TABLE stock_entries ADD COLUMN reference VARCHAR(80) UNIQUE DEFAULT null",
    "UPDATE stock_entries SET reference = 'entry:' || id WHERE actor IS NOT NULL",
)


class Schema(Table):
    """Only a way to run SQL in the migration's own transaction."""


class User(Table, tablename="users"):
    id = BigSerial(primary_key=True)


COLUMNS = {
    "key": (Varchar, {"length": 64, "default": "", "primary_key": True}),
    "actor": (
        ForeignKey,
        {
            "references": User,
            "on_delete": OnDelete.restrict,
            "on_update": OnUpdate.cascade,
            "target_column": None,
            "default": None,
            "index": True,
        },
    ),
    "form": (Varchar, {"length": 80, "default": ""}),
    "fingerprint": (Varchar, {"length": 64, "default": ""}),
    "result": (Text, {"default": ""}),
    "created_at": (Timestamptz, {"default": TimestamptzNow()}),
}


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="shop", description=DESCRIPTION)

    async def run() -> None:
        for statement in STATEMENTS:
            await Schema.raw(statement)

    manager.add_raw(run)
    manager.add_table(class_name="FormKey", tablename="form_keys", schema=None, columns=None)
    for name, (column, params) in COLUMNS.items():
        manager.add_column(
            table_class_name="FormKey",
            tablename="form_keys",
            column_name=name,
            db_column_name=name,
            column_class_name=column.__name__,
            column_class=column,
            params={"null": False, **params},
            schema=None,
        )
    manager.add_constraint(
        table_class_name="StockEntry",
        tablename="stock_entries",
        constraint_name="stock_entries_referred",
        constraint_class=Check,
        params={"condition": "actor IS NULL OR reference IS NOT NULL"},
        schema=None,
    )
    return manager
