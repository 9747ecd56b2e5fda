"""PostgreSQL, a mock external system, and clients of the whole application for all unit tests.

Each test runs in a transaction that is rolled back. A test marked `committed` uses pooled
connections and commits; all tables are emptied after it.
"""

import asyncio
import logging
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

DATA_DIR = Path(tempfile.mkdtemp(prefix="pointmall-tests-"))
# Before the shop is imported: the tests ignore settings of the environment.
for name in [name for name in os.environ if name.startswith(("SHOP_", "DATABASE_"))]:
    del os.environ[name]
os.environ |= {
    "SHOP_DATA_DIR": str(DATA_DIR),
    "SHOP_DEMO": "0",
    "SHOP_RATE_LIMITS": "off",
    "SHOP_TRUSTED_GATEWAYS": "127.0.0.0/8,::1/128",
    "SHOP_HOSTS": "shop.test,other.test",
}

import asyncpg  # noqa: E402
import httpx  # noqa: E402
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402
from litestar import Litestar  # noqa: E402

from app import create_app  # noqa: E402
from shop import site  # noqa: E402
from shop.database import DB, transaction  # noqa: E402
from shop.external.breaker import Breaker  # noqa: E402
from shop.piccolo_app import APP_CONFIG  # noqa: E402
from shop.settings import Settings, load_settings  # noqa: E402
from shop.start.embedded import embedded_database  # noqa: E402
from shop.start.migrate import migrate  # noqa: E402
from shop.users import passwords  # noqa: E402
from shop.web.cache import snapshots  # noqa: E402
from tests.cast import (  # noqa: E402
    QUICK,
    Cast,
    Receiver,
    SignedIn,
    create_cast,
    running_receiver,
    sign_in,
)
from tests.unit.clocks import Clock, clock_of  # noqa: E402

logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log each request
snapshots.SNAPSHOT_INTERVAL = 0  # no page is cached from one test to the next
passwords.ITERATIONS = QUICK  # tests of hashing use the fixture `full_strength`

# No limits on the time of an example: they measure what else the machine does.
hypothesis_settings.register_profile(
    "tests", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
hypothesis_settings.load_profile("tests")

FILLED_TABLES = " UNION ALL ".join(
    f"SELECT '{name}' AS name WHERE EXISTS (SELECT FROM {name})"
    for name in (table._meta.tablename for table in APP_CONFIG.table_classes)
)
RESTART_IDS = """
    SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
    FROM pg_sequences WHERE last_value IS NOT NULL AND sequencename <> 'migration_id_seq'
"""


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with embedded_database(DATA_DIR) as url:
        os.environ["SHOP_EMBEDDED_URL"] = url
        asyncio.run(commit_without_the_disk(url))
        yield url
    shutil.rmtree(DATA_DIR, ignore_errors=True)


@pytest.fixture(scope="session")
def receiver() -> Iterator[Receiver]:
    """The mock external system, on its own port."""
    with running_receiver() as found:
        os.environ["SHOP_EXTERNAL_URL"] = found.url
        yield found


async def commit_without_the_disk(url: str) -> None:
    """The tests' processes share one disk, and none of them outlives a power cut."""
    connection = await asyncpg.connect(url)
    await connection.execute("ALTER SYSTEM SET fsync = off")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()


@pytest.fixture(scope="session")
async def pool(anyio_backend: str, database_url: str) -> AsyncIterator[None]:
    await migrate(database_url)
    async with DB.connected():
        yield


@pytest.fixture(scope="session")
def settings(database_url: str, receiver: Receiver) -> Settings:
    return load_settings()


@pytest.fixture(autouse=True)
async def database(request: pytest.FixtureRequest, pool: None) -> AsyncIterator[None]:
    if request.node.get_closest_marker("committed"):
        yield
        await empty_tables()
        return
    async with transaction() as opened:
        # A test may compute for longer than the limit, and its transaction is idle meanwhile.
        await opened.connection.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield
        await opened.rollback()


async def empty_tables() -> None:
    """DELETE where there are rows: TRUNCATE takes a fifth of a second for all these tables."""
    async with transaction() as opened:
        connection = opened.connection
        await connection.execute("SET LOCAL session_replication_role = replica")  # no triggers
        for row in await connection.fetch(FILLED_TABLES):
            await connection.execute(f"DELETE FROM {row['name']}")
        await connection.execute(RESTART_IDS)


@pytest.fixture(autouse=True)
def default_site() -> Iterator[None]:
    yield
    site.apply(site.DEFAULT)


@pytest.fixture
async def cast(database: None) -> Cast:
    return await create_cast()


@pytest.fixture(scope="session")
async def only_app(anyio_backend: str, settings: Settings) -> AsyncIterator[Litestar]:
    """Created once, because the admin takes half a second."""
    app = create_app(settings)
    yield app
    await app.state.external.close()


@pytest.fixture
def app(only_app: Litestar, receiver: Receiver) -> Litestar:
    receiver.forget()
    only_app.state.external.breaker = Breaker()
    return only_app


@pytest.fixture
def wrong_clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """`with wrong_clock(timedelta(days=3)):` the application's clock is that far ahead."""
    return clock_of(monkeypatch)


@pytest.fixture
async def guest(app: Litestar, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        yield client


@pytest.fixture
async def alice(app: Litestar, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """Alice, identified by `X-USER-ID`."""
    async with header_client(app, cast.alice) as client:
        yield client


@pytest.fixture
async def bob(app: Litestar, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """Bob, who has no points, identified by `X-USER-ID`."""
    async with header_client(app, cast.bob) as client:
        yield client


def header_client(app: Litestar, user_id: int) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"X-USER-ID": str(user_id)}
    return httpx.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers)


@pytest.fixture
async def browser_of_alice(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """Alice, with a session cookie."""
    async with sign_in(app, "alice") as client:
        yield client
