"""Migrations beside a running shop: requests do not wait long for them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.apps.migrations.tables import Migration

from shop.database import DB
from shop.start import StartError, apply
from shop.start.apply import build_index

pytestmark = pytest.mark.committed
ALTER = "ALTER TABLE things ADD COLUMN more int"
IS_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'things_id'::regclass"


@pytest.fixture
async def other(database_url: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Any]:
    """The connection of another client, with a table that a migration changes."""
    monkeypatch.setattr(apply, "LOCK_TIMEOUT", 50)
    monkeypatch.setattr(apply, "LOCK_PAUSE", 0.01)
    monkeypatch.setattr(apply, "LOCK_TRIES", 3)
    connection = await asyncpg.connect(database_url)
    await connection.execute("CREATE TABLE things (id int)")
    yield connection
    await connection.close()
    assert DB.pool is not None
    await DB.pool.execute("DROP TABLE things; DELETE FROM migration WHERE name = 'a test'")


def migration(sql: str) -> MigrationManager:
    manager = MigrationManager(migration_id="a test", app_name="shop")

    async def run() -> None:
        await Migration.raw(sql)

    manager.add_raw(run)
    return manager


async def test_a_long_reader_fails_it_after_its_retries_with_nothing_applied(other: Any) -> None:
    await other.execute("BEGIN; SELECT * FROM things")
    with pytest.raises(StartError, match="could not lock a table"):
        await apply._apply(migration(ALTER))
    assert "a test" not in await Migration.get_migrations_which_ran("shop")


async def test_it_is_applied_once_the_reader_has_ended(
    other: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apply, "LOCK_TRIES", 1_000)
    await other.execute("BEGIN; SELECT * FROM things")
    applied = asyncio.create_task(apply._apply(migration(ALTER)))
    assert await other.fetch("SELECT * FROM things") == []
    await other.execute("COMMIT")
    await applied
    assert "a test" in await Migration.get_migrations_which_ran("shop")
    assert await other.fetch("SELECT more FROM things") == []


async def test_the_limits_of_the_connection_do_not_apply(other: Any) -> None:
    """Those of a role apply like them. The pool's own are 10 seconds."""
    check = "DO $$ BEGIN ASSERT current_setting('statement_timeout') = '0'; END $$"
    await apply._apply(migration(check))


async def test_an_index_is_built_again_while_others_write(other: Any) -> None:
    """The first build is interrupted, and leaves an invalid index."""
    await other.execute("INSERT INTO things VALUES (1), (1)")
    with pytest.raises(asyncpg.UniqueViolationError):
        await other.execute("CREATE UNIQUE INDEX CONCURRENTLY things_id ON things (id)")
    assert await other.fetchval(IS_VALID) is False
    await other.execute("BEGIN; INSERT INTO things VALUES (2)")  # the build waits for this one
    with DB.unlimited():
        built = asyncio.create_task(build_index("things_id", "things (id)"))
        assert DB.pool is not None
        await DB.pool.execute("INSERT INTO things VALUES (3)")
        await other.execute("COMMIT")
        await built
    assert await other.fetchval(IS_VALID) is True
