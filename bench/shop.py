"""Runs a shop to measure: `litestar run` with production settings and its own data folder."""

import os
import re
import shlex
import subprocess
import sys
import time
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from bench.fill import Scale
from bench.partner import Partner
from bench.processes import TIMEOUT, wait_for_response, worker_processes_of
from shop.settings.data_dir import running_url

ROOT = Path(__file__).parents[1]
PYTHON = Path(sys.executable)
FILL = """
import asyncio, sys
from pathlib import Path
from bench.fill import Scale, fill
from shop.start.embedded import attached_database
with attached_database(Path(sys.argv[1])) as url:
    asyncio.run(fill(url, Scale(*map(int, sys.argv[2:]))))
"""
"""Run by each shop's own interpreter and code, as only those know its tables."""
CLOSE_DAYS = """
import asyncio, os, sys
from pathlib import Path
from shop.database import DB
from shop.settings import EMBEDDED_URL
from shop.staff.days import ClosedDays
from shop.start.embedded import attached_database
async def close() -> None:
    async with DB.connected():
        await ClosedDays().sweep()
        await ClosedDays().sum_today()
with attached_database(Path(sys.argv[1])) as url:
    os.environ[EMBEDDED_URL] = url
    asyncio.run(close())
"""
"""What a running shop does within ten minutes."""


SECRET = f"whsec_{b64encode(bytes(32)).decode()}"


class BenchError(Exception):
    """The run cannot continue, for the reason in the message."""


class Shop:
    """The shop of the source tree `code`, run by `python`, with its data in `folder`."""

    def __init__(
        self, folder: Path, code: Path = ROOT, workers: int = 2, python: Path = PYTHON
    ) -> None:
        self.data_dir = folder / "data"
        self.code = code
        self.workers = workers
        self.python = python
        self._output = folder / "output"
        self._process: subprocess.Popen[bytes] | None = None
        self.partner: Partner | None = None
        self.port = 0

    def fill(self, scale: Scale) -> float:
        """Creates and fills the tables, unless they are filled. Seconds it took."""
        began = time.monotonic()
        self.litestar("migrate")
        usual = scale == Scale(scale.products)  # what older versions know
        self._run("-c", FILL, str(self.data_dir), *map(str, scale[:1] if usual else scale))
        return time.monotonic() - began

    def close_days(self) -> float:
        """Sums all days that are over. Seconds it took."""
        began = time.monotonic()
        self._run("-c", CLOSE_DAYS, str(self.data_dir))
        return time.monotonic() - began

    def start(self) -> float:
        """Starts the shop, and its external system. Seconds from the command to the first 200."""
        self.partner = Partner()
        began = time.monotonic()
        self._launch()
        self.port = self._printed_port()
        if (status := wait_for_response(self.port, "/")) != 200:
            raise BenchError(f"GET / returned {status}:\n{self._output.read_text()}")
        return time.monotonic() - began

    def stop(self) -> None:
        """Stops the shop with SIGTERM, and with it PostgreSQL; then the external system."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None
        if self.partner:
            self.partner.stop()
            self.partner = None

    def slow_down_partner(self, seconds: float) -> None:
        """From now on the external system takes this long for each message."""
        assert self.partner
        self.partner.slow_down(seconds)

    @contextmanager
    def running(self) -> Iterator[float]:
        try:
            yield self.start()
        finally:
            self.stop()

    def litestar(self, command: str) -> str:
        """The output of one of the shop's commands. Raises BenchError if it fails."""
        return self._run("-m", "litestar", command)

    @property
    def database(self) -> str:
        """The database's URL."""
        url = running_url(self.data_dir)
        if url is None:
            raise BenchError("The shop's database does not respond.")
        return url

    @property
    def log(self) -> Path:
        """PostgreSQL's log."""
        return self.data_dir / "postgres" / "log"

    @property
    def parent(self) -> psutil.Process:
        """The process of `litestar run`."""
        assert self._process
        return psutil.Process(self._process.pid)

    @property
    def worker_processes(self) -> list[psutil.Process]:
        return worker_processes_of(self.parent, self.port)

    @property
    def helpers(self) -> list[psutil.Process]:
        """The parent and its helpers."""
        serving = self.worker_processes
        family = [self.parent, *self.parent.children()]
        return [process for process in family if process not in serving]

    @property
    def postmaster(self) -> psutil.Process:
        mark = self.data_dir / "postgres" / "postmaster.pid"
        return psutil.Process(int(mark.read_text().splitlines()[0]))

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self.python, *arguments],
            cwd=self.code,
            env=self.environ(),
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise BenchError(f"{shlex.join(arguments)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def environ(self) -> dict[str, str]:
        environ = (
            inherited() | self._settings() | {"PYTHONUTF8": "1", "LITESTAR_QUIET_CONSOLE": "1"}
        )
        if (self.code / "shop" / "start" / "cli.py").exists():
            environ["LITESTAR_APP"] = "shop.start.cli:app"  # as in the Makefile
        return environ

    def _settings(self) -> dict[str, str]:
        """The settings that this version of the shop has: it refuses others."""
        declared = "".join(file.read_text() for file in self.code.glob("shop/settings/*.py"))
        settings = {
            "SHOP_DATA_DIR": str(self.data_dir),
            "SHOP_PORT": "0",
            "SHOP_WORKERS": str(self.workers),
            "SHOP_DEMO": "0",
            "SHOP_TRUSTED_GATEWAYS": "127.0.0.0/8",
            "SHOP_RATE_LIMITS": "off",  # the whole load comes from one address
        }
        if self.partner:
            settings |= {"SHOP_EXTERNAL_URL": self.partner.url, "SHOP_EXTERNAL_SECRET": SECRET}
        return {name: value for name, value in settings.items() if f'"{name}"' in declared}

    def _launch(self) -> None:
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                [self.python, "-m", "litestar", "run"],
                cwd=self.code,
                env=self.environ(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C ends the benchmark, which stops the shop
            )

    def _printed_port(self) -> int:
        assert self._process
        deadline = time.monotonic() + TIMEOUT
        while time.monotonic() < deadline and self._process.poll() is None:
            if found := re.search(
                rb"^Shop +http://[\d.]+:(\d+)/",
                self._output.read_bytes(),
                re.MULTILINE,
            ):
                return int(found[1])
            time.sleep(0.002)
        raise BenchError(f"The shop did not start:\n{self._output.read_text()}")


def inherited() -> dict[str, str]:
    """The environment variables that a shop inherits."""
    names = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in names if name in os.environ}
