"""The shop as whoever clones it starts it, in a folder of its own and on a free port."""

import os
import re
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil

ROOT = Path(__file__).parents[2]
PATIENCE = 90
"""Seconds to start, which includes making a database, and to end."""

KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


class Server:
    def __init__(self, folder: Path) -> None:
        self._data_dir = folder / "data"
        self._output = folder / "output"
        settings = {
            "SHOP_PORT": "0",
            "SHOP_DATA_DIR": str(self._data_dir),
            "SHOP_DEMO": "1",
            "SHOP_RATE_LIMITS": "off",  # all shoppers here come from one address
        }
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "litestar", "run"],
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT if name in os.environ} | settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._is_ready():
            assert self._process.poll() is None, f"It did not start:\n{self.said}"
            assert time.monotonic() < deadline, f"It is not ready:\n{self.said}"
            time.sleep(0.05)
        self._database = psutil.Process(self._database_number())

    def _is_ready(self) -> bool:
        if not self._printed_address():
            return False
        try:
            return httpx.get(f"{self.address}/readyz").is_success
        except httpx.TransportError:
            return False

    @property
    def said(self) -> str:
        return self._output.read_text()

    @property
    def address(self) -> str:
        found = self._printed_address()
        assert found, "it has not said where it is"
        return found

    def _printed_address(self) -> str | None:
        found = re.search(r"^Shop +(http://\S+)/$", self.said, re.MULTILINE)
        return found and found[1]

    def _database_number(self) -> int:
        mark = self._data_dir / "postgres" / "postmaster.pid"
        return int(mark.read_text().splitlines()[0])

    def stop(self) -> None:
        """As systemd and Docker do; the database must end with it, and nothing have gone wrong."""
        self._process.terminate()
        status = self._process.wait(PATIENCE)
        assert status == 0, f"It ended with {status}:\n{self.said}"
        assert not _lives(self._database), "PostgreSQL outlived the shop"
        assert "Traceback" not in self.said, self.said

    def kill(self) -> None:
        """After a failure: nothing may be left, whatever state it is in."""
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _lives(process: psutil.Process) -> bool:
    """A process that has ended and that nobody has asked about is no life."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
