"""A start that cannot go on ends with one line, and a stop signal ends it at once."""

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import asyncpg
import psutil
import pytest

from shop.settings.data_dir import running_url
from shop.start.embedded import create_database, embedded_database
from shop.start.migrate import LOCK
from shop.versions import known_migrations
from tests.unit.start.conftest import TIMEOUT, Process
from tests.unit.start.test_prepare import ask
from tests.unit.wire import Wire, silent_host, wire_to

Start = Callable[..., Process]

MIGRATING = f"SELECT pg_advisory_lock({LOCK})"
FILLING = "BEGIN; LOCK TABLE users"
"""Hold up the start at its migrations, or where it fills the shop with the demo."""
WAITS = {
    # Between two tries, for most of the time; during a try it is hardly ever seen.
    MIGRATING: "SELECT count(*) FROM pg_stat_activity WHERE query = 'COMMIT;'"
    " AND datname = current_database() AND pid <> pg_backend_pid()",
    FILLING: "SELECT count(*) FROM pg_locks WHERE NOT granted",
}


def settings(data_dir: Path, url: str) -> dict[str, str]:
    return {
        "DATABASE_URL": url,
        "SHOP_DATA_DIR": str(data_dir),
        "SHOP_SECRET": "s" * 32,
        "SHOP_PORT": "0",
        "SHOP_DEMO": "on",
    }


@contextmanager
def held_up(url: str, sql: str) -> Iterator[Callable[[], None]]:
    """Yields what waits until the start waits for the transaction of the block."""

    async def run() -> None:
        connection = await asyncpg.connect(url)
        await connection.execute(sql)
        holds.set()
        while not await connection.fetchval(WAITS[sql]):  # noqa: ASYNC110 - in the database
            await asyncio.sleep(0.05)
        waits.set()
        await asyncio.to_thread(over.wait)
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await connection.close()

    holds, waits, over = threading.Event(), threading.Event(), threading.Event()
    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert holds.wait(TIMEOUT)
    try:
        yield lambda: None if waits.wait(TIMEOUT) else pytest.fail("the start did not wait")
    finally:
        over.set()
        thread.join(TIMEOUT)


@pytest.fixture
def url(data_dir: Path) -> Iterator[str]:
    with embedded_database(data_dir) as server:
        ask(server, "DROP DATABASE IF EXISTS interrupted WITH (FORCE)")
        yield create_database(data_dir, "interrupted")


@pytest.fixture
def migrated(litestar: Start, data_dir: Path, url: str) -> str:
    code, said = litestar("migrate", **settings(data_dir, url)).ended()
    assert code == 0, said
    return url


def begun(start: Start, data_dir: Path, url: str, sql: str, wire: Wire) -> Process:
    """A start that was held up by `sql` when its database fell silent."""
    with held_up(url, sql) as wait:
        process = start("run", **settings(data_dir, wire.dsn()))
        wait()
        wire.cut()
    return process


@pytest.mark.parametrize("sql", [MIGRATING, FILLING])
def test_a_database_that_stops_responding_is_reported_in_one_line(
    litestar: Start, data_dir: Path, migrated: str, sql: str
) -> None:
    if sql is MIGRATING:
        ask(migrated, "DELETE FROM migration WHERE name = (SELECT max(name) FROM migration)")
    with wire_to(migrated) as wire:
        code, said = begun(litestar, data_dir, migrated, sql, wire).ended()
    assert code == 1
    assert said.startswith("The database does not ")
    assert "no answer in time" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("sql", [MIGRATING, FILLING])
def test_a_signal_ends_a_start_that_waits_for_a_silent_database(
    litestar: Start, data_dir: Path, migrated: str, sql: str
) -> None:
    if sql is MIGRATING:
        ask(migrated, "DELETE FROM migration WHERE name = (SELECT max(name) FROM migration)")
    with wire_to(migrated) as wire:
        process = begun(litestar, data_dir, migrated, sql, wire)
        process.terminate()
        code, said = process.ended()
    assert (code, said) == (0, "")


def test_a_host_that_accepts_and_says_nothing(litestar: Start, data_dir: Path) -> None:
    with silent_host() as port:
        url = f"postgresql://shop:hunter2@127.0.0.1:{port}/shop"
        code, said = litestar("run", **settings(data_dir, url)).ended()
    assert (code, said) == (
        1,
        f"The database does not answer: no answer in time (127.0.0.1:{port})\n",
    )


def test_a_host_that_does_not_exist(litestar: Start, data_dir: Path) -> None:
    url = "postgresql://shop:hunter2@no-such-host.invalid/shop"
    code, said = litestar("run", **settings(data_dir, url)).ended()
    assert code == 1
    assert said.startswith("The database does not answer: ")
    assert "no-such-host.invalid" in said
    assert len(said.splitlines()) == 1
    assert "hunter2" not in said


@pytest.mark.parametrize("option", ["", "target_session_attrs=read-write"])
def test_a_standby_as_the_only_host(litestar: Start, data_dir: Path, url: str, option: str) -> None:
    ask(url, "ALTER DATABASE interrupted SET default_transaction_read_only = on")
    sign = "&" if "?" in url else "?"
    code, said = litestar("run", **settings(data_dir, url + sign + option)).ended()
    assert code == 1
    assert len(said.splitlines()) == 1
    assert "Traceback" not in said


def test_everything_is_stopped_at_once_while_the_demo_is_made(
    litestar: Start, folder: Path
) -> None:
    """As a service manager does, which sends the signal to the embedded PostgreSQL too."""
    shop = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(folder))
    while not (url := running_url(folder, "pointmall")) or not is_migrated(url):
        pass
    with held_up(url, FILLING) as wait:
        wait()
        postmaster = int((folder / "postgres/postmaster.pid").read_text().split()[0])
        for process in (psutil.Process(postmaster), psutil.Process(shop.pid)):
            for member in (*process.children(recursive=True), process):
                with suppress(psutil.NoSuchProcess):
                    member.send_signal(signal.SIGTERM)
    code, said = shop.ended()
    assert code == 0, said
    assert "Traceback" not in said
    assert running_url(folder) is None


def is_migrated(url: str) -> bool:
    try:
        [done] = ask(url, "SELECT count(*) FROM migration WHERE app_name = 'shop'")
    except (OSError, asyncpg.PostgresError):
        return False
    return bool(done == len(known_migrations()))
