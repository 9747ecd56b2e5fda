"""Real servers in folders of their own, and real processes of the shop."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from shop.start.embedded import embedded_database

ROOT = Path(__file__).parents[3]
PATIENCE = 120


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests bring their own."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty one. (As root, PostgreSQL is another user, to whom pytest closes its `tmp_path`.)"""
    with tempfile.TemporaryDirectory(prefix="pointmall-") as name:
        yield Path(name).resolve()


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A data folder in which PostgreSQL has run before, and does not now."""
    with tempfile.TemporaryDirectory(prefix="pointmall-") as name:
        data_dir = Path(name).resolve()
        with embedded_database(data_dir):
            pass
        yield data_dir


def environ(**settings: str) -> dict[str, str]:
    """The environment of a process of the shop: nothing of this one's settings."""
    kept = ("PATH", "HOME", "LANG", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | settings


class Process(subprocess.Popen[str]):
    """`litestar …`, with what it says."""

    def __init__(self, *command: str, start_new_session: bool = False, **settings: str) -> None:
        super().__init__(
            [sys.executable, "-m", "litestar", *command],
            cwd=ROOT,
            env=environ(**settings),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def address(self) -> str:
        """Waits until the shop says where it is."""
        assert self.stdout
        said = []
        for line in self.stdout:
            if found := re.match(r"Shop +(http://\S+)/$", line):
                return found[1]
            said.append(line)
        raise AssertionError(f"It did not start: {''.join(said)}")

    def partner(self) -> str:
        """Where the mock external system is; said after the shop's own address."""
        assert self.stdout
        for line in self.stdout:
            if found := re.match(r"External +(http://\S+/)", line):
                return found[1]
        raise AssertionError("It has no mock.")

    def ended(self) -> tuple[int, str]:
        """Waits until it, and every process that it started and that can speak, has ended."""
        assert self.stdout
        watchdog = threading.Timer(PATIENCE, self.kill_family)
        watchdog.start()
        with self.stdout:
            said = self.stdout.read()
        watchdog.cancel()
        return self.wait(), said

    def kill_family(self) -> None:
        """Also the workers that a parent has left behind."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


@pytest.fixture
def litestar() -> Iterator[Callable[..., Process]]:
    """Starts processes, and sees to it that none outlives the test."""
    started: list[Process] = []

    def start(*command: str, **settings: str) -> Process:
        started.append(Process(*command, **settings))
        return started[-1]

    yield start
    for process in started:
        process.terminate()
        if process.stdout and not process.stdout.closed:
            process.ended()
