"""Pending migrations, each applied in a transaction that no reader has to wait for long."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.commands.base import BaseMigrationManager
from piccolo.apps.migrations.tables import Migration

from shop.database import DB, transaction
from shop.errors import Busy
from shop.start import StartError
from shop.versions import BREAKS_OLDER, FRESH

LOCK_TIMEOUT = 1000
"""Milliseconds that a migration waits for a lock: whatever needs the same table waits behind it."""
LOCK_TRIES = 20
LOCK_PAUSE = 2.0
"""Seconds between two tries."""
LOCKED = (
    "A migration could not lock a table: another transaction has held it for a minute. Nothing of "
    "it was applied. End that transaction (see pg_stat_activity), then start again."
)
# The limits of the role and the database, which apply where a pooler drops those of the connection.
SET_LIMITS = """
    SELECT set_config(name, CASE name WHEN 'lock_timeout' THEN '{}' ELSE '0' END, true)
    FROM pg_settings WHERE name IN ('statement_timeout', 'lock_timeout', 'transaction_timeout',
                                    'idle_in_transaction_session_timeout')
"""


RUNNING = """
    SELECT 1 FROM pg_stat_activity
    WHERE application_name = 'pointmall' AND datname = current_database() AND xact_start < {}
"""


async def apply_pending(folder: Path) -> None:
    """Raises StartError if a migration fails; those before it stay applied. One that breaks older
    nodes is applied after they have stopped using the database."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()), DB.unlimited():
        try:
            await Migration.create_table(if_not_exists=True)
            done = set(await Migration.get_migrations_which_ran("shop"))
            modules = BaseMigrationManager().get_migration_modules(str(folder))
            pending = {name: modules[name] for name in sorted(modules.keys() - done)}
            breaking = [name for name, module in pending.items() if _breaks_older_nodes(module)]
            async with announced(breaking, is_used=bool(done)):
                for module in pending.values():
                    await _apply(await module.forwards())
        except StartError:
            raise
        except Exception as error:
            raise StartError(f"A migration failed: {error.__cause__ or error}") from error


def _breaks_older_nodes(module: Any) -> bool:
    return getattr(module, "BREAKS_OLDER_NODES", False)


@asynccontextmanager
async def announced(breaking: list[str], *, is_used: bool) -> AsyncIterator[None]:
    """Makes older nodes refuse all work, and waits until what they had begun has ended. If the
    block fails, they work on."""
    if not breaking:
        yield
        return
    named = Migration.name.is_in(breaking) & (Migration.app_name == BREAKS_OLDER)
    try:
        await Migration.delete().where(named)  # of an interrupted try
        await Migration.insert(*(Migration(name=name, app_name=BREAKS_OLDER) for name in breaking))
        if is_used:
            await _wait_for_older_nodes()
        yield
    except BaseException:
        applied = await Migration.get_migrations_which_ran("shop")
        await Migration.delete().where(named & Migration.name.not_in(applied or [""]))
        raise


async def _wait_for_older_nodes() -> None:
    await asyncio.sleep(FRESH + 1)
    [row] = await Migration.raw("SELECT clock_timestamp() AS now")
    for _ in range(LOCK_TRIES):
        if not await Migration.raw(RUNNING, row["now"]):
            return
        await asyncio.sleep(LOCK_PAUSE)
    raise StartError(LOCKED)


async def _apply(migration: MigrationManager) -> None:
    """Retries from the start while a lock is not available."""
    for attempt in range(1, LOCK_TRIES + 1):
        try:
            await _try(migration)
        except Busy as error:
            if attempt == LOCK_TRIES:
                raise StartError(LOCKED) from error
        else:
            return
        await asyncio.sleep(LOCK_PAUSE)


async def _try(migration: MigrationManager) -> None:
    async with AsyncExitStack() as stack:
        if migration.wrap_in_transaction:
            await stack.enter_async_context(transaction())
            await Migration.raw(SET_LIMITS.format(LOCK_TIMEOUT))
        await migration.run()
        await Migration.insert(Migration(name=migration.migration_id, app_name="shop"))


async def build_index(name: str, definition: str) -> None:
    """For a migration with `wrap_in_transaction=False`: an index on a large table, while it is read
    and written. `definition` is what follows ON, as in `orders (created_at DESC)`.

    An invalid index of that name, left by an interrupted build, is dropped and built again; a valid
    one is kept. Waits for all older transactions, but blocks none.
    """
    connection = await DB.get_new_connection()
    try:
        query = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass($1)"
        is_valid = await connection.fetchval(query, name)
        if is_valid is False:
            await connection.execute(f"DROP INDEX CONCURRENTLY {name}")
        if not is_valid:
            await connection.execute(f"CREATE INDEX CONCURRENTLY {name} ON {definition}")
    finally:
        await connection.close()
