"""A database that a newer version has migrated: this one works on, or is refused."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from piccolo.apps.migrations.tables import Migration

from shop import versions
from shop.database import DB
from shop.errors import Unavailable
from shop.start import StartError, apply
from shop.start.apply import announced
from shop.start.migrate import can_sell, check_schema, migrate
from shop.versions import BREAKS_OLDER, VersionCheck
from tests.cast import Cast, make_product

pytestmark = pytest.mark.committed
NEWER = "2999-01-01T00:00:00:000000"


@pytest.fixture(autouse=True)
async def without_caching_of_versions(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(versions, "FRESH", 0)
    monkeypatch.setattr(apply, "FRESH", -1)
    monkeypatch.setattr(DB, "_check_version", VersionCheck())
    yield
    monkeypatch.setattr(DB, "_check_version", VersionCheck())
    monkeypatch.setattr(versions, "known_migrations", lambda: {NEWER})
    await Migration.delete().where(Migration.name == NEWER)


async def announce() -> None:
    await Migration.insert(Migration(name=NEWER, app_name=BREAKS_OLDER))


async def test_a_newer_version_that_only_adds_is_no_reason(
    alice: httpx.AsyncClient, cast: Cast
) -> None:
    await Migration.insert(Migration(name=NEWER, app_name="shop"))
    assert await can_sell()
    assert (await alice.get("/api/v1/points")).status_code == 200


async def test_one_that_breaks_this_one_ends_all_its_work(
    alice: httpx.AsyncClient, cast: Cast, caplog: pytest.LogCaptureFixture
) -> None:
    product = await make_product("벼루", stock=1)
    await announce()
    for path in ("/api/v1/points", "/readyz"):
        response = await alice.get(path)
        assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    body = {"items": [{"product_id": product, "quantity": 1}]}
    assert (await alice.post("/api/v1/orders", json=body)).status_code == 503
    said = [record for record in caplog.records if "newer-version" in record.getMessage()]
    assert len(said) == 1
    assert NEWER in said[0].getMessage()


async def test_its_start_and_its_commands_are_refused(database_url: str) -> None:
    await announce()
    for refused in (migrate, check_schema):
        with pytest.raises(StartError, match=f"A newer version .*{NEWER}"):
            await refused(database_url)


async def test_a_process_asks_again_only_after_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "FRESH", 600)
    await DB.fetch("SELECT 1", [])
    await announce_elsewhere()
    await DB.fetch("SELECT 1", [])
    monkeypatch.setattr(versions, "FRESH", 0)
    with pytest.raises(Unavailable):
        await DB.fetch("SELECT 1", [])


async def announce_elsewhere() -> None:
    connection = await DB.get_new_connection()
    await connection.execute(
        "INSERT INTO migration (name, app_name) VALUES ($1, $2)", NEWER, BREAKS_OLDER
    )
    await connection.close()


async def test_what_older_nodes_have_begun_ends_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply, "LOCK_PAUSE", 0.01)
    monkeypatch.setattr(apply, "LOCK_TRIES", 1_000)
    monkeypatch.setattr(versions, "known_migrations", lambda: {NEWER})
    order = await DB.get_new_connection()
    await order.execute("BEGIN; SELECT 1")
    begun = asyncio.Event()

    async def newer() -> None:
        async with announced([NEWER], is_used=True):
            begun.set()

    migrating = asyncio.create_task(newer())
    while not await order.fetchval("SELECT count(*) FROM migration WHERE name = $1", NEWER):
        pass
    assert not begun.is_set()
    await order.execute("COMMIT")
    await migrating
    await order.close()


async def test_after_a_migration_that_failed_older_nodes_work_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as newer:
        newer.setattr(versions, "known_migrations", lambda: {NEWER})
        with pytest.raises(ZeroDivisionError):
            async with announced([NEWER], is_used=False):
                raise ZeroDivisionError
    assert await can_sell()


async def test_an_empty_database_keeps_the_announcement(database_url: str) -> None:
    async with announced([NEWER], is_used=False):
        pass
    with pytest.raises(StartError, match="A newer version"):
        await check_schema(database_url)
