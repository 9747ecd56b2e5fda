"""The embedded database: one PostgreSQL in the data folder, reached by a socket, for one shop."""

import asyncio
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

import asyncpg

from shop.settings.data_dir import running_url
from shop.start import StartError
from shop.start.postgres import start_postgres, stop_postgres

__all__ = ["attached_database", "create_database", "embedded_database", "running_url"]


@contextmanager
def embedded_database(
    data_dir: Path, connections: int = 100, meanwhile: Callable[[], None] = lambda: None
) -> Iterator[str]:
    """Runs the server until the block ends; yields the DSN of the database `pointmall`.

    Calls `meanwhile` once, while the server is starting where one has to.

    A server that an earlier shop left behind is taken over, and stopped at the end as if it had
    been started here. Raises StartError where another shop has the folder or PostgreSQL refuses.
    """
    with _only_shop(data_dir):
        try:
            if running_url(data_dir):
                meanwhile()
            else:
                start_postgres(data_dir, connections, meanwhile)
            yield create_database(data_dir)
        finally:
            try:
                stop_postgres(data_dir)
            except SystemExit:
                # A stop signal came while an error ended the block. Further ones are ignored.
                stop_postgres(data_dir)
                raise


@contextmanager
def attached_database(data_dir: Path) -> Iterator[str]:
    """The DSN of the database that is running in this folder, else of one run for the block."""
    url = running_url(data_dir)
    if url:
        yield url
    else:
        with embedded_database(data_dir) as url:
            yield url


def create_database(data_dir: Path, name: str = "pointmall") -> str:
    """Creates the database on the running server where it is missing; returns its DSN.

    It sorts by code point and knows the upper and lower case of every letter, whatever the
    language of the machine.
    """
    server, url = running_url(data_dir, "postgres"), running_url(data_dir, name)
    if not server or not url:
        raise StartError(f"PostgreSQL does not answer. Its log is {data_dir}/postgres/log.")
    asyncio.run(_create_database(server, name))
    return url


async def _create_database(server: str, name: str) -> None:
    connection = await asyncpg.connect(server)
    try:
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            await connection.execute(
                f'CREATE DATABASE "{name}" TEMPLATE template0 ENCODING UTF8 LOCALE "C" '
                "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8'"
            )
    finally:
        await connection.close()


@contextmanager
def _only_shop(data_dir: Path) -> Iterator[None]:
    """Holds the folder for this process; the lock ends with the process, however it ends."""
    with _open_lock(data_dir) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StartError(_taken(data_dir, lock)) from None
        with suppress(OSError):  # a full disk: PostgreSQL says so next
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
        os.register_at_fork(after_in_child=lock.close)  # a child would hold it too
        yield


def _open_lock(data_dir: Path) -> IO[str]:
    """Raises StartError."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        return (data_dir / "lock").open("a+")
    except OSError as error:
        raise StartError(
            f"SHOP_DATA_DIR: {error.filename} cannot be written to ({error.strerror})."
        ) from None


def _taken(data_dir: Path, lock: IO[str]) -> str:
    lock.seek(0)
    return (
        f"Another shop (process {lock.read() or 'unknown'}) has the data folder {data_dir}. "
        "Stop it first, or give this one a folder of its own with SHOP_DATA_DIR."
    )
