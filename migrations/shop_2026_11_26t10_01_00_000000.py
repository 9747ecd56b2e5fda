"""The indexes of the staff's lists."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.table import Table

ID = "2026-11-26T10:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "staff indexes"

INDEXES = (
    "CREATE INDEX staff_actions_newest ON staff_actions (at, id)",
    "CREATE INDEX staff_actions_of_actor ON staff_actions (actor, at, id)",
    "CREATE INDEX staff_actions_of_action ON staff_actions (action, at, id)",
    "CREATE INDEX staff_actions_of_subject ON staff_actions (subject, id DESC)",
    "CREATE INDEX orders_by_status ON orders (status, created_at DESC, id DESC)",
    "CREATE INDEX outbox_messages_unsent ON outbox_messages (id) WHERE sent_at IS NULL",
    (
        "CREATE INDEX outbox_messages_given_up ON outbox_messages (id) "
        "WHERE sent_at IS NULL AND given_up_at IS NOT NULL"
    ),
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
