"""The tables: brought up to date once, before anything is served."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from shop.connect import connect
from shop.database import DB
from shop.database.engine import COMMAND_TIMEOUT
from shop.settings.dsn import hosts_of
from shop.start import StartError
from shop.versions import ANNOUNCED, MIGRATIONS, known_migrations, refusal

CLIENT_ERRORS = (asyncpg.InterfaceError, asyncpg.InternalClientError)
"""The second one also where no host has the target_session_attrs."""
LOCK = 7_809_653_424_151_160_096
"""Key of the advisory lock; nothing else uses it."""
LOCK_INTERVAL = 0.2
"""Seconds between two tries to get it."""
TOO_OLD = (
    "This database was made by a version before 0.1.0 and cannot be upgraded: start with an empty "
    "one, that is, another SHOP_DATA_DIR or DATABASE_URL, or move the data folder away."
)


async def migrate(url: str) -> bool:
    """Applies pending migrations to the shop's database, which is at `url`, and renews search terms
    that an older version of their rules made.

    Returns whether there were any migrations. Several processes and nodes may do this at once: one
    does the work, the others wait for it. Raises StartError if the database does not answer, if an
    unreleased version made it, or if a migration fails.
    """
    migrated = await _migrate(url)
    await _renew_terms()
    return migrated


async def _migrate(url: str) -> bool:
    async with _connection(url) as connection:
        # Each try is a transaction of its own: CREATE INDEX CONCURRENTLY in another process waits
        # for all that have a snapshot, also for one that waits for this lock.
        while not await _is_current(connection):
            # The lock belongs to a transaction, so that it also holds through a PgBouncer.
            async with connection.transaction():
                if await connection.fetchval(f"SELECT pg_try_advisory_xact_lock({LOCK})"):
                    return await _apply_alone(connection)
            await asyncio.sleep(LOCK_INTERVAL)
        return False


async def _apply_alone(connection: Any) -> bool:
    if await _is_current(connection):
        return False
    await connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    # PostgreSQL keeps the snapshot of a query with a portal until the next statement, and CREATE
    # INDEX CONCURRENTLY waits for it. A simple query, as the one above, has no portal.
    from shop.start.apply import apply_pending  # brings Piccolo's tools along

    await apply_pending(MIGRATIONS)
    return True


async def _renew_terms() -> None:
    from shop.products.repository import ProductRepository
    from shop.products.service import ProductService

    await ProductService(ProductRepository()).renew_terms()


async def check_schema(url: str) -> None:
    """Raises StartError where the tables at `url` are not those that this version knows."""
    async with _connection(url) as connection:
        if not await _is_current(connection):
            raise StartError(
                "The tables are not up to date: start the shop, or `litestar migrate`."
            )


async def schema_is_current() -> bool:
    """Whether every migration that this version knows has run, asked through the shop's pool.

    Raises what the pool raises where the database does not answer.
    """
    from piccolo.apps.migrations.tables import Migration

    if not await Migration.table_exists():
        return False
    return known_migrations() <= set(await Migration.get_migrations_which_ran("shop"))


async def can_sell() -> bool:
    """Whether the database can be written and has the schema of this version.

    Raises what the pool raises where the database does not answer.
    """
    return await DB.is_writable() and await schema_is_current()


@asynccontextmanager
async def _connection(url: str) -> AsyncIterator[Any]:
    limits = {"statement_cache_size": 0, "command_timeout": COMMAND_TIMEOUT}
    try:
        connection = await connect(url, **limits)
    except (OSError, ValueError, asyncpg.PostgresError, *CLIENT_ERRORS) as error:
        raise _unanswered(url, error) from error
    try:
        _check_encoding(connection)
        yield connection
    except (OSError, TimeoutError, asyncpg.PostgresConnectionError, *CLIENT_ERRORS) as error:
        raise _unanswered(url, error) from error
    finally:
        await connection.close()


def _check_encoding(connection: Any) -> None:
    """In another encoding lengths are counted in bytes, or some letters cannot be stored."""
    encoding = connection.get_settings().server_encoding
    if encoding != "UTF8":
        raise StartError(
            f"The database has the encoding {encoding}, the shop needs UTF8: create it with "
            "--encoding=UTF8 --template=template0."
        )


def _unanswered(url: str, error: Exception) -> StartError:
    hosts = ", ".join(f"{host.name}:{host.port}" for host in hosts_of(url))
    reason = str(error) or "no answer in time"
    return StartError(f"The database does not answer: {reason}{hosts and f' ({hosts})'}")


async def _is_current(connection: Any) -> bool:
    """Raises StartError where the tables were created by migrations that no longer exist, or
    changed by one that this version is too old for."""
    if not await connection.fetchval("SELECT to_regclass('migration') IS NOT NULL"):
        return False
    announced = await connection.fetch(ANNOUNCED)
    if reason := refusal(row["name"] for row in announced):
        raise StartError(reason)
    rows = await connection.fetch("SELECT name FROM migration WHERE app_name = 'shop'")
    applied = {row["name"] for row in rows}
    if applied and min(known_migrations()) not in applied:
        raise StartError(TOO_OLD)
    return known_migrations() <= applied
