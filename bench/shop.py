"""A shop of the bench's own: `litestar run` with production settings, in a folder of its own."""

import asyncio
import http.client
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.fill import Scale, fill
from shop.settings.kept import running_url
from shop.start.embedded import attached_database

ROOT = Path(__file__).parents[1]
PATIENCE = 120
"""Seconds to start and to end."""
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


class BenchError(Exception):
    """The run cannot go on; the message says why."""


class Shop:
    """The shop whose code is in `code`, with its data in `folder`."""

    def __init__(self, folder: Path, code: Path = ROOT, workers: int = 2) -> None:
        self.data_dir = folder / "data"
        self.code = code
        self.workers = workers
        self._output = folder / "output"
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0

    def fill(self, scale: Scale) -> float:
        """Makes the tables and fills them, with no shop running. Seconds it took, 0 where it was
        filled before."""
        with attached_database(self.data_dir) as url:
            self.litestar("migrate")
            began = time.monotonic()
            filled = asyncio.run(fill(url, scale))
        return time.monotonic() - began if filled else 0.0

    def start(self) -> float:
        """Starts it; seconds from the command to the first 200."""
        began = time.monotonic()
        self._launch()
        self.port = self._said_port()
        if (status := first_answer(self.port, "/")) != 200:
            raise BenchError(f"The catalogue answered {status}:\n{self._output.read_text()}")
        return time.monotonic() - began

    def stop(self) -> None:
        """Ends it as a supervisor does, PostgreSQL with it."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    @contextmanager
    def running(self) -> Iterator[float]:
        try:
            yield self.start()
        finally:
            self.stop()

    def litestar(self, command: str) -> str:
        """What one of the shop's commands says. Raises BenchError where it fails."""
        done = subprocess.run(
            [sys.executable, "-m", "litestar", command],
            cwd=self.code,
            env=self._environ(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"litestar {command} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    @property
    def database(self) -> str:
        """The DSN of its database."""
        url = running_url(self.data_dir)
        if url is None:
            raise BenchError("The shop's database does not answer.")
        return url

    @property
    def log(self) -> Path:
        """PostgreSQL's."""
        return self.data_dir / "postgres" / "log"

    @property
    def parent(self) -> psutil.Process:
        """The process that was started."""
        assert self._process
        return psutil.Process(self._process.pid)

    @property
    def serving(self) -> list[psutil.Process]:
        return workers_of(self.parent, self.port)

    @property
    def beside(self) -> list[psutil.Process]:
        """Who looks after the workers, and the mock."""
        serving = self.serving
        family = [self.parent, *self.parent.children()]
        return [process for process in family if process not in serving]

    @property
    def postmaster(self) -> psutil.Process:
        mark = self.data_dir / "postgres" / "postmaster.pid"
        return psutil.Process(int(mark.read_text().splitlines()[0]))

    def _environ(self) -> dict[str, str]:
        kept = {name: os.environ[name] for name in KEPT if name in os.environ}
        if (self.code / "shop" / "start" / "cli.py").exists():
            kept["LITESTAR_APP"] = "shop.start.cli:app"  # as `make run` does, where it is known
        return kept | {
            "SHOP_DATA_DIR": str(self.data_dir),
            "SHOP_PORT": "0",
            "SHOP_WORKERS": str(self.workers),
            "SHOP_DEMO": "0",
            "SHOP_TRUSTED_GATEWAYS": "127.0.0.0/8",
            "SHOP_RATE_LIMITS": "off",  # all of the load comes from one address
            "PYTHONUTF8": "1",
            "LITESTAR_QUIET_CONSOLE": "1",
        }

    def _launch(self) -> None:
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "litestar", "run"],
                cwd=self.code,
                env=self._environ(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # a Ctrl-C is for the bench, which then ends the shop
            )

    def _said_port(self) -> int:
        assert self._process
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            if found := re.search(
                rb"^Shop +http://[\d.]+:(\d+)/$", self._output.read_bytes(), re.MULTILINE
            ):
                return int(found[1])
            time.sleep(0.002)
        raise BenchError(f"The shop did not start:\n{self._output.read_text()}")


def workers_of(parent: psutil.Process, port: int) -> list[psutil.Process]:
    """The processes that serve; where there is one only, the one that was started is it."""
    return [child for child in parent.children() if _listens(child, port)] or [parent]


def _listens(process: psutil.Process, port: int) -> bool:
    listening = (c for c in process.net_connections() if c.status == psutil.CONN_LISTEN)
    return any(connection.laddr.port == port for connection in listening)


def first_answer(port: int, path: str) -> int:
    """The status of one request. The port is open before anybody serves it, so that this waits
    until somebody does, and no longer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    finally:
        connection.close()
