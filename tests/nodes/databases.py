"""A primary and a streaming standby, replicated synchronously, on hosts that can vanish."""

import asyncio
import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

import asyncpg
import psutil

from shop.settings.data_dir import running_url
from shop.start.embedded import create_database
from shop.start.postgres import _pg_ctl, _server, start_postgres, stop_postgres
from tests.faults.parts import TIMEOUT
from tests.nodes.role import Role
from tests.unit.wire import Wire

CONNECTIONS = 200
# As docs/operations.md says, for the pooler, which drops what the shop asks for.
ROLE_LIMITS = """
    ALTER ROLE postgres SET statement_timeout = '10s';
    ALTER ROLE postgres SET lock_timeout = '5s';
    ALTER ROLE postgres SET idle_in_transaction_session_timeout = '15s';
"""


class Host:
    """A server of PostgreSQL, the way to it, and what it says of its role."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.folder = data_dir, data_dir / "postgres"
        self.wire = Wire(url_of(data_dir))
        self.role = Role(self.wire)

    @property
    def postmaster(self) -> psutil.Process:
        """Raises psutil.NoSuchProcess if it does not run."""
        return psutil.Process(int((self.folder / "postmaster.pid").read_text().split()[0]))

    @property
    def address(self) -> str:
        """For HAProxy: through the wire, which can be cut."""
        return f"127.0.0.1:{self.wire.port}"

    @property
    def socket(self) -> str:
        """For HAProxy: without the wire, which costs more than HAProxy and PgBouncer."""
        return f"unix@{self.folder}/.s.PGSQL.5432"

    def kill(self) -> None:
        """As a power cut: no checkpoint, no word."""
        with suppress(psutil.NoSuchProcess):
            postmaster = self.postmaster
            for process in (postmaster, *postmaster.children()):
                process.kill()

    def close(self) -> None:
        self.wire.close()
        self.role.close()


class Databases:
    """`primary` takes writes, `standby` follows it."""

    def __init__(self, folder: Path) -> None:
        first, second = folder / "first", folder / "second"
        first.mkdir()
        start_postgres(first, CONNECTIONS)
        create_database(first)
        asyncio.run(_run(url_of(first), ROLE_LIMITS))
        copy_server(first, second)
        self.primary, self.standby = Host(first), Host(second)
        self.hosts = [self.primary, self.standby]
        self.primary.role.is_primary = True
        asyncio.run(replicate_synchronously(url_of(first)))

    @property
    def current(self) -> Path:
        """The data folder of the server that takes writes."""
        return self.primary.data_dir

    @property
    def dsn(self) -> str:
        """With both hosts, the primary of the beginning first."""
        first, second = (host.wire for host in self.hosts)
        return second.dsn(first.port)

    def cut_primary_off(self) -> None:
        """From now on it does not answer, and its connections stay open."""
        self.primary.wire.cut()

    def kill_primary(self) -> None:
        self.primary.kill()
        self.primary.role.is_primary = False

    def promote_standby(self) -> None:
        """What Patroni does: the old primary is fenced first."""
        self.primary.kill()
        self.primary.role.is_primary = False
        # Alone, it would wait for a standby for ever.
        _pg_ctl(self.standby.folder, "promote")
        self.primary, self.standby = self.standby, self.primary
        asyncio.run(_run(url_of(self.current), "ALTER SYSTEM RESET synchronous_standby_names"))
        asyncio.run(_run(url_of(self.current), "SELECT pg_reload_conf()"))
        self.primary.role.is_primary = True

    def restore_standby(self) -> None:
        """The lost host comes back, with a fresh copy of the new primary."""
        shutil.rmtree(self.standby.data_dir)
        copy_server(self.current, self.standby.data_dir)
        self.standby.wire.mend()
        asyncio.run(replicate_synchronously(url_of(self.current)))

    def stop(self) -> None:
        for host in (self.standby, self.primary):
            host.close()
            stop_postgres(host.data_dir)


def copy_server(source: Path, target: Path) -> None:
    """A streaming standby of the server in `source`, started."""
    target.mkdir()
    server = _server(source / "postgres")
    shutil.chown(target, server.system_user or -1)
    program = str(server.bin_path / "pg_basebackup")
    options = ["--write-recovery-conf", "--checkpoint=fast", "--dbname", url_of(source)]
    subprocess.run(
        [program, "--pgdata", str(target / "postgres"), *options],
        user=server.system_user,
        stderr=subprocess.DEVNULL,
        check=True,
        timeout=TIMEOUT,
    )
    start_postgres(target, CONNECTIONS)


def url_of(data_dir: Path) -> str:
    url = running_url(data_dir, "pointmall")
    assert url
    return url


async def replicate_synchronously(primary: str) -> None:
    """A COMMIT returns when the standby has it on disk too."""
    await _run(primary, "ALTER SYSTEM SET synchronous_standby_names = '*'")
    await _run(primary, "SELECT pg_reload_conf()")
    # Synchronous from the first COMMIT that waits for the standby.
    await _run(primary, "CREATE TABLE replicated (); DROP TABLE replicated")


async def _run(url: str, sql: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(sql)
    await connection.close()
