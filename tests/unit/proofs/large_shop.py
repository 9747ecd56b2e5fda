"""A filled shop whose plans are recorded, for the tests of plans."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import asyncpg
import httpx
import pytest
from litestar import Litestar

from bench.fill import Scale, fill
from shop.database import DB
from shop.start.migrate import migrate
from tests.unit.proofs.plans import PlanRecorder

TIMEOUT = 900  # seconds of one statement


@asynccontextmanager
async def large_shop(
    url: str, scale: Scale, more: Sequence[str], *, by_category: bool = False
) -> AsyncIterator[None]:
    """Fills the database at `url`, runs the statements `more`, and connects the shop's pool to it
    instead of the one that other tests use."""
    usual, DB.pool = DB.pool, None
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SHOP_EMBEDDED_URL", url)
        await migrate(url)
        await fill(url, scale, by_category=by_category)
        connection = await asyncpg.connect(url, command_timeout=TIMEOUT)
        for statements in (*more, "VACUUM ANALYZE"):
            await connection.execute(statements)
        await connection.close()
        async with DB.connected():
            yield
    DB.pool = usual


def plans_of_this_transaction(monkeypatch: pytest.MonkeyPatch) -> PlanRecorder:
    """Records the plans of all queries from now on."""
    opened = DB.current_transaction.get()
    assert opened is not None
    found = PlanRecorder(opened.connection)
    monkeypatch.setattr(DB, "run_querystring", found.run_querystring)
    return found


def browser_of_the_first_user(app: Litestar) -> httpx.AsyncClient:
    """Signed in as user 1 of the filled shop."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(
        transport=transport, base_url="http://shop.test", cookies={"id": "bench-1"}
    )
