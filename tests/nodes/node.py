"""One of several shops on one database."""

import re
import socket
import subprocess
import sys
from pathlib import Path

import psutil

from tests.faults import books
from tests.faults.parts import ROOT, TIMEOUT, FaultRunError, audit, environ

SETTINGS = {
    "SHOP_SECRET": books.SECRET,
    "SHOP_EXTERNAL_SECRET": "whsec_" + "A" * 32,
    "SHOP_RATE_LIMITS": "off",
    "SHOP_DEMO": "on",
    "SHOP_TRUSTED_GATEWAYS": "127.0.0.0/8",
    "SHOP_EXTERNAL_TIMEOUT": "1",
    "SHOP_STATEMENT_CACHE": "0",  # PgBouncer may be older than 1.21
}


class Node:
    """`litestar run` on a port that stays the same."""

    def __init__(self, folder: Path, name: str, dsn: str, partner: str, **settings: str) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = folder / name
        self._log = (folder / f"{name}.log").open("ab")
        own = {
            "DATABASE_URL": dsn,
            "SHOP_DATA_DIR": str(self.data_dir),
            "SHOP_PORT": str(self.port),
            "SHOP_EXTERNAL_URL": partner,
        }
        self._environ = environ(**(SETTINGS | own | settings))
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "litestar", "run"],
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._process.stdout
        if not any(re.match(r"Shop +http", line) for line in self._process.stdout):
            raise FaultRunError(f"A node did not start; {self._log.name} says why.")

    @property
    def processes(self) -> list[psutil.Process]:
        assert self._process
        parent = psutil.Process(self._process.pid)
        return [parent, *parent.children(recursive=True)]

    def kill(self) -> None:
        """Its workers must notice, and let go of the port."""
        assert self._process
        self._process.kill()
        self._process.wait(TIMEOUT)

    def audit(self) -> subprocess.CompletedProcess[str]:
        return audit(self._environ)

    def stop(self) -> None:
        if self._process:
            self._process.terminate()
            self._process.wait(TIMEOUT)
        self._log.close()
