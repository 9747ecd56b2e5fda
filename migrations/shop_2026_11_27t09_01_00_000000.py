"""The index by which likes of a week are counted, built beside a running shop."""

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from shop.start.apply import build_index

ID = "2026-11-27T09:01:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "likes by time"


async def forwards() -> MigrationManager:
    manager = MigrationManager(
        migration_id=ID, app_name="shop", description=DESCRIPTION, wrap_in_transaction=False
    )

    async def run() -> None:
        await build_index("likes_of_time", "likes (created_at) INCLUDE (product)")

    manager.add_raw(run)
    return manager
