"""Processes that end with their parent and release its locks."""

import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = """
import multiprocessing, os, signal, sys
from pathlib import Path
from shop.start.embedded import _only_shop

def begun():
    os.write(writer, b".")
    signal.pause()

reader, writer = os.pipe()
child = multiprocessing.get_context("fork").Process(target=begun)
with _only_shop(Path(sys.argv[1])):
    child.start()
    os.read(reader, 1)
try:
    with _only_shop(Path(sys.argv[1])):
        assert child.is_alive()
finally:
    child.kill()
"""
KILLED = """
import multiprocessing, os, signal, sys, time
from shop.start.parent import end_with_parent

def work(parent):
    signal.signal(signal.SIGTERM, {then})
    end_with_parent(parent, grace=0.2)
    os.write(writer, b".")
    while True:
        signal.pause()

reader, writer = os.pipe()
for _ in range(2):
    multiprocessing.get_context("fork").Process(target=work, args=(os.getpid(),)).start()
for _ in range(2):
    os.read(reader, 1)
os.kill(os.getpid(), signal.SIGKILL)
"""


def run(script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Waits until the children have ended too: they hold its output."""
    return subprocess.run(
        [sys.executable, "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_child_does_not_hold_the_data_folder(tmp_path: Path) -> None:
    done = run(FOLDER, str(tmp_path))
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("then", ["signal.SIG_DFL", "signal.SIG_IGN"])
def test_all_children_end_when_their_parent_is_killed(then: str) -> None:
    """Also one that does not take the signal, as one whose event loop stands still."""
    assert run(KILLED.format(then=then)).stdout == ""
