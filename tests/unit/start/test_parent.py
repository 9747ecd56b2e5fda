"""Copies of a process: what they take from it, and what not."""

import subprocess
import sys
from pathlib import Path

import pytest

TERM = """
import signal
from shop.start.parent import Child

signal.signal(signal.SIGTERM, lambda *_: None)
for _ in range(20):
    child = Child(target=signal.pause)
    child.start()
    child.terminate()
    child.join()
    assert child.exitcode == -signal.SIGTERM, child.exitcode
"""
INTERRUPT = """
import os, signal
from shop.start.parent import Child

child = Child(target=signal.pause)
child.start()
os.kill(child.pid, signal.SIGINT)
os.kill(child.pid, signal.SIGHUP)
child.terminate()
child.join()
assert child.exitcode == -signal.SIGTERM, child.exitcode
"""
LAST_WORDS = """
import atexit
from shop.start.parent import Child

atexit.register(print, "parent")
child = Child(target=atexit.register, args=(print, "child"))
child.start()
child.join()
"""
FOLDER = """
import os, signal, sys
from pathlib import Path
from shop.start.embedded import _only_shop
from shop.start.parent import Child

def begun():
    os.write(writer, b".")
    signal.pause()

reader, writer = os.pipe()
child = Child(target=begun)
with _only_shop(Path(sys.argv[1])):
    child.start()
    os.read(reader, 1)
try:
    with _only_shop(Path(sys.argv[1])):
        assert child.is_alive()
finally:
    child.terminate()
"""
KILLED = """
import asyncio, os, signal
from shop.start.parent import Child, watch_parent

async def work():
    watch_parent()
    await asyncio.Event().wait()

for _ in range(2):
    Child(target=lambda: asyncio.run(work())).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Waits until the children have ended too: they hold its output."""
    command = [sys.executable, "-c", script, *arguments]
    return subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )


@pytest.mark.parametrize("script", [TERM, INTERRUPT])
def test_a_child_takes_sigterm_and_nothing_else_from_its_first_moment_on(script: str) -> None:
    done = run(script)
    assert done.returncode == 0, done.stdout


def test_each_does_at_its_end_what_it_was_to_do_itself() -> None:
    assert run(LAST_WORDS).stdout == "child\nparent\n"


def test_a_child_does_not_hold_the_data_folder(tmp_path: Path) -> None:
    done = run(FOLDER, str(tmp_path))
    assert done.returncode == 0, done.stdout


def test_all_children_end_when_their_parent_is_killed() -> None:
    assert run(KILLED).stdout == ""
