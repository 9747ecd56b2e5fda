"""`/readyz` while the database is silent, and with a schema that is only nearly right."""

import asyncio

import httpx
import pytest

from shop.database import DB
from shop.errors import Unavailable
from shop.versions import known_migrations
from shop.web.routes import health
from shop.web.routes.health import Readiness


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_TIMEOUT", 0.01)


async def test_a_silent_database_is_not_ready_and_is_checked_once(impatient: None) -> None:
    answered, asked = asyncio.Event(), []

    async def check() -> bool:
        asked.append(1)
        await answered.wait()
        return True

    readiness = Readiness(check)
    assert [await readiness.now() for _ in range(3)] == [False] * 3
    assert len(asked) == 1
    answered.set()
    health.CHECK_TIMEOUT = 10
    assert await readiness.now()
    assert await readiness.now()
    assert len(asked) == 2


@pytest.mark.parametrize("error", [Unavailable("away"), OSError("no route")])
async def test_an_unavailable_database_is_not_ready(error: Exception) -> None:
    async def check() -> bool:
        raise error

    assert not await Readiness(check).now()


@pytest.mark.committed
@pytest.mark.parametrize("missing", sorted(known_migrations()))
async def test_each_missing_migration_is_noticed(guest: httpx.AsyncClient, missing: str) -> None:
    rename = "UPDATE migration SET app_name = $2 WHERE app_name = $1 AND name = $3"
    assert DB.pool is not None
    assert await DB.pool.execute(rename, "shop", "away", missing) == "UPDATE 1"
    try:
        assert (await guest.get("/readyz")).status_code == 503
    finally:
        await DB.pool.execute(rename, "away", "shop", missing)
    assert (await guest.get("/readyz")).status_code == 200
