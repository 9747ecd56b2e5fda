"""Processes of the shop, each with its own data folder."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from shop.start.embedded import embedded_database

ROOT = Path(__file__).parents[3]
TIMEOUT = 120


@pytest.fixture(autouse=True)
def database() -> None:
    """Replaces the database of the other unit tests: these start their own."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder. As root, PostgreSQL runs as another user, who cannot read `tmp_path`."""
    with tempfile.TemporaryDirectory(prefix="pointmall-") as name:
        yield Path(name).resolve()


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A data folder with an initialised, stopped PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="pointmall-") as name:
        data_dir = Path(name).resolve()
        with embedded_database(data_dir):
            pass
        yield data_dir


def environ(**settings: str) -> dict[str, str]:
    """The environment of a process of the shop, without settings of this process.

    Its commands come from the module that `make` names, which saves a second of each start.
    """
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    inherited = {name: os.environ[name] for name in kept if name in os.environ}
    return inherited | {"LITESTAR_APP": "shop.start.cli:app"} | settings


class Process(subprocess.Popen[str]):
    """`litestar …` with its output. Waiting for output kills it after TIMEOUT seconds."""

    def __init__(self, *command: str, under: Sequence[str] = (), **settings: str) -> None:
        """`under`: a command that runs this one, as `prlimit` does."""
        super().__init__(
            [*under, sys.executable, "-m", "litestar", *command],
            cwd=ROOT,
            env=environ(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def address(self) -> str:
        """Waits until the shop has printed its URL."""
        return self._printed(r"Shop +(http://\S+)/$")

    def partner(self) -> str:
        """The URL of the mock external system, which is printed after the shop's."""
        return self._printed(r"External +(http://\S+/)")

    def _printed(self, pattern: str) -> str:
        assert self.stdout
        output = []
        with self._watchdog():
            for line in self.stdout:
                if found := re.match(pattern, line):
                    return found[1]
                output.append(line)
        raise AssertionError(f"{pattern} was not printed: {''.join(output)}")

    def ended(self) -> tuple[int, str]:
        """Waits until it and all processes that share its output have ended. Returns the exit
        status and the rest of the output."""
        assert self.stdout
        with self._watchdog(), self.stdout:
            output = self.stdout.read()
        return self.wait(TIMEOUT), output

    @contextmanager
    def _watchdog(self) -> Iterator[None]:
        timer = threading.Timer(TIMEOUT, self.kill_family)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def kill_family(self) -> None:
        """Kills the process and its workers, also those whose parent has ended."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


def wait_for_all_workers(address: str) -> None:
    """So many new connections that each worker has had its turn: one that is still starting when
    the signal comes is ended only when its time is up."""
    for _ in range(60):
        assert httpx.get(f"{address}/readyz", timeout=TIMEOUT).status_code == 200


@pytest.fixture
def litestar() -> Iterator[Callable[..., Process]]:
    """Starts processes, and sees to it that none outlives the test."""
    started: list[Process] = []

    def start(*command: str, **options: Any) -> Process:
        started.append(Process(*command, **options))
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        if process.stdout and not process.stdout.closed:
            process.ended()
