"""The shop as `make run` starts it, with its own data folder and a free port."""

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Self

import httpx
import psutil

from tests.browser.partner import SECRET

ROOT = Path(__file__).parents[2]
TIMEOUT = 90
"""Seconds to start, which includes creating a database, and to stop."""

MAIL = {
    "SHOP_SMTP_URL": "smtp://127.0.0.1:9",
    "SHOP_MAIL_FROM": "shop@mall.test",
    "SHOP_PUBLIC_URL": "https://mall.test",
}
KEPT = ("PATH", "HOME", "LANG", "TMPDIR")


class Server:
    """Runs inside the block. Must stop cleanly, with its database, and without a traceback unless
    `to_be_broken`."""

    def __init__(
        self,
        folder: Path,
        partner: str = "",
        *,
        to_be_broken: bool = False,
        rate_limits: bool = False,
        mail: bool = False,
    ) -> None:
        """`rate_limits` are off by default, because all clients share one address. `mail`: a mail
        server is set up, and is down."""
        self._mail = mail
        self._given_partner = partner
        self._rate_limits = rate_limits
        self.data_dir = folder / "data"
        self._to_be_broken = to_be_broken
        self._output = folder / "output"
        self._database: psutil.Process | None = None

    def __enter__(self) -> Self:
        self._start()
        try:
            self._wait_until_ready()
        except BaseException:
            self._kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._stop()
        finally:
            self._kill()

    def _start(self) -> None:
        settings = {
            "LITESTAR_APP": "shop.start.cli:app",
            "SHOP_PORT": "0",
            "SHOP_DATA_DIR": str(self.data_dir),
            "SHOP_DEMO": "1",
            "SHOP_RATE_LIMITS": "on" if self._rate_limits else "off",
        }
        if self._given_partner:
            settings |= {"SHOP_EXTERNAL_URL": self._given_partner, "SHOP_EXTERNAL_SECRET": SECRET}
        if self._mail:
            settings |= MAIL
        with self._output.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "litestar", "run"],
                cwd=ROOT,
                env={name: os.environ[name] for name in KEPT if name in os.environ} | settings,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + TIMEOUT
        while not self._is_ready():
            assert self._process.poll() is None, f"It did not start:\n{self._log}"
            assert time.monotonic() < deadline, f"It is not ready:\n{self._log}"
            time.sleep(0.05)
        mark = self.data_dir / "postgres" / "postmaster.pid"
        self._database = psutil.Process(int(mark.read_text().splitlines()[0]))

    def _is_ready(self) -> bool:
        if not self._printed_address("Shop"):
            return False
        try:
            return httpx.get(f"{self.address}/readyz").is_success
        except httpx.TransportError:
            return False

    @property
    def address(self) -> str:
        found = self._printed_address("Shop")
        assert found, "no URL was printed"
        return found

    @property
    def partner(self) -> str:
        """The URL of the mock external system."""
        found = self._printed_address("External")
        assert found, "there is no mock"
        return found

    def _printed_address(self, of: str) -> str | None:
        found = re.search(rf"^{of} +(http://\S+)/", self._log, re.MULTILINE)
        return found and found[1]

    def stop_database(self) -> None:
        """Stops PostgreSQL immediately, as a crash does."""
        assert self._database
        self._database.send_signal(signal.SIGQUIT)
        with suppress(psutil.TimeoutExpired):  # it may stay a zombie
            self._database.wait(1)

    @property
    def _log(self) -> str:
        return self._output.read_text()

    def _stop(self) -> None:
        """Stops it by SIGTERM, as systemd and Docker do."""
        self._process.terminate()
        status = self._process.wait(TIMEOUT)
        assert status == 0, f"It ended with {status}:\n{self._log}"
        assert not self._database_lives(), "PostgreSQL outlived the shop"
        assert self._to_be_broken or "Traceback" not in self._log, self._log

    def _database_lives(self) -> bool:
        try:
            # It stays a zombie until its parent has waited for it.
            return bool(self._database and self._database.status() != psutil.STATUS_ZOMBIE)
        except psutil.NoSuchProcess:
            return False

    def _kill(self) -> None:
        """Kills all processes that are left."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait(TIMEOUT)
        if self._database and self._database_lives():
            with suppress(psutil.NoSuchProcess):
                self._database.send_signal(signal.SIGQUIT)
