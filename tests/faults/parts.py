"""The processes of a running shop, each of which can be killed: workers, parent, PostgreSQL."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psutil

from tests.faults.books import SECRET

ROOT = Path(__file__).parents[2]
WORKERS = 2
TIMEOUT = 180
"""Seconds after which the run fails. Long, so that a slow machine does not fail it."""


class FaultRunError(Exception):
    """The run cannot go on: something did not recover in time."""


def audit(settings: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`litestar audit` of the shop with these settings, as its environment."""
    return subprocess.run(
        [sys.executable, "-m", "litestar", "audit"],
        cwd=ROOT,
        env=settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )


def wait_until(what: str, condition: Callable[[], Any]) -> Any:
    """Polls until the condition is true. Returns its value; raises FaultRunError."""
    deadline = time.monotonic() + TIMEOUT
    while not (found := condition()):
        if time.monotonic() > deadline:
            raise FaultRunError(f"Waited {TIMEOUT} s in vain for: {what}.")
        time.sleep(0.05)
    return found


def environ(**settings: str) -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | settings


class Partner:
    """The mock external system in a separate process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.faults.partner"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, env=environ(), stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        self.url = self._process.stdout.readline().strip()
        if not self.url:
            raise FaultRunError("The mock external system did not start.")

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self._process.pid)

    def behave(self, mode: str, times: int = 0, seconds: float = 0) -> None:
        body = {"mode": mode, "times": times, "seconds": seconds}
        response = httpx.put(f"{self.url}behaviour", json=body, timeout=TIMEOUT, trust_env=False)
        response.raise_for_status()

    def received(self) -> list[dict[str, Any]]:
        """The accepted messages, oldest first."""
        response = httpx.get(f"{self.url}received", timeout=TIMEOUT, trust_env=False)
        messages: list[dict[str, Any]] = response.raise_for_status().json()
        return messages[::-1]

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT)


class Shop:
    """`litestar run` with its own data folder. The file `address` holds its URL."""

    def __init__(self, folder: Path, external_url: str) -> None:
        self.data_dir = folder / "data"
        self.address = folder / "address"
        self._log = (folder / "shop.log").open("ab")
        self._environ = environ(
            SHOP_DATA_DIR=str(self.data_dir),
            SHOP_PORT="0",
            SHOP_WORKERS=str(WORKERS),
            SHOP_RATE_LIMITS="off",
            SHOP_DEMO="on",
            SHOP_SECRET=SECRET,
            SHOP_EXTERNAL_URL=external_url,
            SHOP_EXTERNAL_TIMEOUT="1",
        )
        self._parent: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "litestar", "run"],
            cwd=ROOT,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        assert self._parent.stdout
        for line in self._parent.stdout:
            if found := re.match(r"Shop +(http://\S+)/$", line):
                break
        else:
            raise FaultRunError("The shop did not start; its log says why.")
        draft = self.address.with_suffix(".new")
        draft.write_text(found[1])
        draft.rename(self.address)
        wait_until("both workers", lambda: len(self.workers()) == WORKERS)

    def workers(self) -> list[int]:
        """The process ids of the living workers, which are forks of the parent."""
        assert self._parent
        parent, found = psutil.Process(self._parent.pid), []
        for child in parent.children():
            try:
                is_alive = child.status() != psutil.STATUS_ZOMBIE
                if is_alive and child.cmdline() == parent.cmdline():
                    found.append(child.pid)
            except psutil.Error:
                continue  # it has ended meanwhile
        return sorted(found)

    def is_ready(self) -> bool:
        try:
            url = f"{self.address.read_text()}/readyz"
            return httpx.get(url, timeout=5, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False

    def kill_worker(self, chance: Random) -> None:
        """Kills a worker and waits until the supervisor has started another."""
        killed = chance.choice(self.workers())
        os.kill(killed, signal.SIGKILL)

        def replaced() -> bool:
            living = self.workers()
            return len(living) == WORKERS and killed not in living

        wait_until("a worker in place of the killed one", replaced)

    def kill_parent(self) -> None:
        """Kills the parent only; its workers must notice."""
        assert self._parent
        self._parent.kill()
        self._parent.wait(TIMEOUT)

    def crash_database(self) -> None:
        """Stops PostgreSQL without a checkpoint, as `kill -9` of all its processes does."""
        from shop.start.postgres import _pg_ctl

        _pg_ctl(self.data_dir / "postgres", "stop", "-m", "immediate")

    def start_database(self) -> None:
        from shop.start.postgres import start_postgres

        start_postgres(self.data_dir, 100)

    def audit(self) -> subprocess.CompletedProcess[str]:
        return audit(self._environ)

    def stop(self) -> None:
        """Stops the shop and its PostgreSQL by SIGTERM."""
        if self._parent:
            self._parent.terminate()
            self._parent.wait(TIMEOUT)
        self._log.close()
