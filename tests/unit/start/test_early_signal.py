"""A stop signal that arrives while the shop is still starting ends it at once."""

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from tests.unit.start.conftest import ROOT, TIMEOUT, Process, environ

Start = Callable[..., Process]

SERVER = """
import sys
from shop.settings import load_settings
from shop.start.serve import run_server
from shop.start.server import listen

sys.path.insert(0, sys.argv[1])
run_server(load_settings(), listen("127.0.0.1", 0), 100, reload=False)
"""
APP = """
import asyncio, os, signal, threading
from granian import _signals
from litestar import Litestar
from litestar.datastructures import State

def stop():
    before, passed_on = signal.getsignal(signal.SIGTERM), threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: passed_on.set())
    os.kill(os.getppid(), signal.SIGTERM)
    passed_on.wait()  # unlike signal.pause(), also returns if the signal was faster
    signal.signal(signal.SIGTERM, before)
    if before is signal.SIG_DFL:
        os.kill(os.getpid(), signal.SIGTERM)
    elif callable(before):
        before(signal.SIGTERM, None)

def when_the_loop_has_handlers(loop, set_loop_signals=_signals.set_loop_signals):
    event = set_loop_signals(loop)
    stop()
    return event

async def when_the_app_starts():
    stop()

def create_app():
    if {moment!r} == "in create_app":
        stop()
    if {moment!r} == "before the loop runs":
        _signals.set_loop_signals = when_the_loop_has_handlers
    startup = [when_the_app_starts] if {moment!r} == "in the lifespan" else []
    return Litestar(on_startup=startup, state=State({{"stopping": asyncio.Event()}}))
"""


@pytest.mark.parametrize("moment", ["in create_app", "before the loop runs", "in the lifespan"])
def test_a_worker_that_is_starting_ends_at_once(folder: Path, moment: str) -> None:
    (folder / "app.py").write_text(APP.format(moment=moment))
    done = subprocess.run(
        [sys.executable, "-c", SERVER, str(folder)],
        cwd=ROOT,
        env=environ(SHOP_DATA_DIR=str(folder / "data"), SHOP_DRAIN="600"),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
@pytest.mark.parametrize("children", [1, 2, 3])
def test_the_shop_ends_while_its_processes_start(
    litestar: Start, data_dir: Path, children: int, number: signal.Signals
) -> None:
    """The mock is the first, then come two workers."""
    shop = litestar("run", SHOP_PORT="0", SHOP_WORKERS="2", SHOP_DATA_DIR=str(data_dir))
    shop.address()
    supervisor = psutil.Process(shop.pid)
    while len(supervisor.children()) < children:
        pass
    shop.send_signal(number)
    code, output = shop.ended()
    assert code == 0, output
    assert "Traceback" not in output
    assert "Killing" not in output  # a worker, as the last resort
