"""Indexes for points to many, and for finding people."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T12:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "points to many, indexes"

INDEXES = (
    "CREATE INDEX users_of_department ON users (department, id) WHERE department <> ''",
    "CREATE INDEX users_staff ON users (id) WHERE admin OR superuser",
    "CREATE INDEX users_closed ON users (id DESC) WHERE NOT active",
    "CREATE INDEX users_by_name ON users ((coalesce(last_name, '') || coalesce(first_name, '')))",
    "CREATE INDEX point_batches_running ON point_batches (id) WHERE status = 'running'",
    "CREATE INDEX point_batch_lines_of_batch ON point_batch_lines (batch, id)",
    'CREATE INDEX point_batch_lines_left ON point_batch_lines (batch, "user") WHERE moved IS NULL',
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
