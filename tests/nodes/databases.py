"""A primary and a streaming standby, with synchronous replication, each behind a proxy."""

import asyncio
import shutil
import subprocess
from pathlib import Path

import asyncpg

from shop.settings.data_dir import running_url
from shop.start.embedded import create_database
from shop.start.postgres import _pg_ctl, _server, start_postgres, stop_postgres
from tests.faults.parts import TIMEOUT
from tests.unit.wire import Wire

CONNECTIONS = 200


class Databases:
    """`current` is the data folder of the server that takes writes."""

    def __init__(self, folder: Path) -> None:
        self._primary, self._standby = folder / "primary", folder / "standby"
        self.current = self._primary
        self._primary.mkdir()
        start_postgres(self._primary, CONNECTIONS)
        create_database(self._primary)
        self._make_standby()
        self._wires = [Wire(url_of(self._primary)), Wire(url_of(self._standby))]
        self.dsn = self._wires[1].dsn(self._wires[0].port)

    def cut_primary_off(self) -> None:
        """From now on nobody hears from it, and its connections stay open."""
        self._wires[0].cut()

    def promote_standby(self) -> None:
        _pg_ctl(self._primary / "postgres", "stop", "-m", "immediate")
        _pg_ctl(self._standby / "postgres", "promote")
        self.current = self._standby

    def stop(self) -> None:
        for wire in self._wires:
            wire.close()
        for folder in (self._standby, self._primary):
            stop_postgres(folder)

    def _make_standby(self) -> None:
        source, copy = self._primary / "postgres", self._standby / "postgres"
        self._standby.mkdir()
        server = _server(source)
        shutil.chown(self._standby, server.system_user or -1)
        program = str(server.bin_path / "pg_basebackup")
        options = ["--write-recovery-conf", "--checkpoint=fast", "--dbname", url_of(self._primary)]
        subprocess.run(
            [program, "--pgdata", str(copy), *options],
            user=server.system_user,
            stderr=subprocess.DEVNULL,
            check=True,
            timeout=TIMEOUT,
        )
        start_postgres(self._standby, CONNECTIONS)
        asyncio.run(replicate_synchronously(self._primary))


def url_of(data_dir: Path) -> str:
    url = running_url(data_dir, "pointmall")
    assert url
    return url


async def replicate_synchronously(primary: Path) -> None:
    """A COMMIT returns when the standby has it on disk too."""
    connection = await asyncpg.connect(url_of(primary))
    await connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
    await connection.execute("SELECT pg_reload_conf()")
    # Synchronous from the first COMMIT that waits for the standby.
    await connection.execute("CREATE TABLE replicated (); DROP TABLE replicated")
    await connection.close()
