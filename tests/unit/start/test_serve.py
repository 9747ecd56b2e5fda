"""`litestar run` and its sisters, as real processes."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import psutil
import pytest

from shop.start.embedded import running_url
from shop.start.postgres import _pg_ctl, start_postgres
from tests.unit.start.conftest import (
    ROOT,
    TIMEOUT,
    Process,
    environ,
    wait_for_all_workers,
)

Start = Callable[..., Process]


@pytest.fixture
def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_the_start_prints_the_urls_and_a_signal_stops_all(litestar: Start, data_dir: Path) -> None:
    shop = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir))
    address = shop.address()
    assert httpx.get(f"{address}/readyz").status_code == 200
    shop.send_signal(signal.SIGINT)
    code, said = shop.ended()
    assert code == 0, said
    assert f"Admin       {address}/admin/" in said
    assert f"API         {address}/docs" in said
    assert "alice / alice-demo" in said
    assert "Traceback" not in said
    assert running_url(data_dir) is None


def test_ctrl_c_reaches_all_processes_and_stops_them(litestar: Start, data_dir: Path) -> None:
    settings = {"SHOP_PORT": "0", "SHOP_WORKERS": "2", "SHOP_DATA_DIR": str(data_dir)}
    shop = litestar("run", **settings)
    wait_for_all_workers(shop.address())
    os.killpg(shop.pid, signal.SIGINT)
    code, said = shop.ended()
    assert code == 0, said
    assert "WARNING" not in said
    assert "Traceback" not in said
    assert running_url(data_dir) is None


def test_staff_can_sign_in_at_the_first_start(litestar: Start, folder: Path) -> None:
    """The demo's passwords were hashed just before, by the process that the workers copy."""
    shop = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(folder / "data"))
    form = {"username": "alice", "password": "alice-demo"}
    answer = httpx.post(f"{shop.address()}/login", data=form, timeout=TIMEOUT / 4)
    assert answer.status_code == 303


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_several_workers_serve_and_end(
    litestar: Start, data_dir: Path, number: signal.Signals
) -> None:
    shop = litestar("run", SHOP_PORT="0", SHOP_WORKERS="2", SHOP_DATA_DIR=str(data_dir))
    wait_for_all_workers(shop.address())
    shop.send_signal(number)
    code, said = shop.ended()
    assert code == 0, said
    assert "Traceback" not in said
    assert running_url(data_dir) is None


@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_order_in_progress_is_finished(litestar: Start, data_dir: Path, workers: str) -> None:
    settings = {"SHOP_WORKERS": workers, "SHOP_EXTERNAL_TIMEOUT": "30"}
    shop = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir), **settings)
    address, partner = shop.address(), shop.partner()
    alice = httpx.Client(base_url=address, headers={"X-USER-ID": "1"}, timeout=TIMEOUT)
    with alice, ThreadPoolExecutor() as threads:
        before = len(alice.get("/api/v1/orders").json()["items"])
        httpx.put(f"{partner}behaviour", json={"mode": "slow", "seconds": 3, "times": 1})
        answer = threads.submit(place, address)
        while len(alice.get("/api/v1/orders").json()["items"]) == before:
            pass  # until it is committed, and its message is being sent
        shop.terminate()
        assert answer.result().status_code == 201
        assert answer.result().json()["delivery"] == "sent"
    code, said = shop.ended()
    assert code == 0, said
    with pytest.raises(httpx.ConnectError):
        httpx.get(address)


def place(address: str) -> httpx.Response:
    order = {"items": [{"product_id": 63, "quantity": 1}]}
    headers = {"X-USER-ID": "1"}
    return httpx.post(f"{address}/api/v1/orders", json=order, headers=headers, timeout=TIMEOUT)


@pytest.mark.parametrize("app", ["", "shop.start.cli:app"])  # "" is found by its name
def test_a_worker_that_was_killed_is_replaced_by_one_that_serves(
    litestar: Start, data_dir: Path, app: str
) -> None:
    settings = {
        "LITESTAR_APP": app,
        "SHOP_WORKERS": "2",
        "SHOP_EXTERNAL_URL": "http://127.0.0.1:9/",
    }
    shop = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir), **settings)
    address = shop.address()
    parent = psutil.Process(shop.pid)
    for _ in range(2):  # the same ones again, as soon as they are there
        while len(first := parent.children()) < 2:
            pass
        for worker in first:
            worker.kill()
            psutil.wait_procs([worker])
    assert httpx.get(f"{address}/readyz", timeout=TIMEOUT).status_code == 200
    assert not set(parent.children()) & set(first)
    shop.terminate()
    code, said = shop.ended()
    assert code == 0, said


def test_a_killed_worker_is_replaced_while_the_database_is_unavailable(
    litestar: Start, data_dir: Path
) -> None:
    settings = {"SHOP_WORKERS": "1", "SHOP_EXTERNAL_URL": "http://127.0.0.1:9/"}
    shop = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir), **settings)
    address = shop.address()
    assert httpx.get(f"{address}/readyz", timeout=TIMEOUT).status_code == 200
    _pg_ctl(data_dir / "postgres", "stop", "-m", "immediate")
    [worker] = psutil.Process(shop.pid).children()
    worker.kill()
    assert httpx.get(f"{address}/healthz", timeout=TIMEOUT).status_code == 200
    assert httpx.get(f"{address}/readyz", timeout=TIMEOUT).status_code == 503
    start_postgres(data_dir, 100)
    assert httpx.get(f"{address}/readyz", timeout=TIMEOUT).status_code == 200
    shop.terminate()
    code, said = shop.ended()
    assert code == 0, said


def test_workers_do_not_outlive_a_parent_that_was_killed(
    litestar: Start, data_dir: Path, free_port: int
) -> None:
    settings = {"SHOP_PORT": str(free_port), "SHOP_WORKERS": "2", "SHOP_DATA_DIR": str(data_dir)}
    killed = litestar("run", **settings)
    assert httpx.get(f"{killed.address()}/readyz", timeout=TIMEOUT).status_code == 200
    killed.kill()
    killed.ended()
    shop = litestar("run", **settings)
    assert httpx.get(f"{shop.address()}/readyz", timeout=TIMEOUT).status_code == 200
    shop.terminate()
    shop.ended()
    assert running_url(data_dir) is None


def test_a_port_in_use_is_reported_before_anything_starts(litestar: Start, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        shop = litestar("run", SHOP_PORT=str(port), SHOP_DATA_DIR=str(folder / "data"))
        code, said = shop.ended()
    assert code == 1
    assert said.splitlines() == [f"Port {port} of 127.0.0.1 is taken. Choose another: SHOP_PORT."]
    assert not (folder / "data" / "postgres").exists()


def test_a_second_shop_on_the_folder_is_refused_by_name(litestar: Start, data_dir: Path) -> None:
    first = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir))
    address = first.address()
    code, said = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir)).ended()
    assert code == 1
    assert len(said.splitlines()) == 1
    assert str(first.pid) in said
    assert httpx.get(f"{address}/readyz").status_code == 200


@pytest.mark.parametrize("command", ["run", "migrate"])
def test_bad_settings_are_reported_without_a_traceback(
    litestar: Start, folder: Path, command: str
) -> None:
    code, said = litestar(command, SHOP_PORT="x", SHOP_DATA_DIR=str(folder / "data")).ended()
    assert code == 2
    assert said.startswith("SHOP_PORT: 'x' is not a whole number.")
    assert len(said.splitlines()) == 1


def test_options_go_before_the_environment(litestar: Start, folder: Path) -> None:
    code, said = litestar("run", "--port", "99999", SHOP_DATA_DIR=str(folder)).ended()
    assert code == 2
    assert said.startswith("SHOP_PORT: 99999 is out of range.")


def test_the_mock_runs_alone(litestar: Start, folder: Path) -> None:
    mock = litestar("external", "--port", "0", SHOP_DATA_DIR=str(folder))
    partner = mock.partner()
    assert httpx.get(f"{partner}received").json() == []
    mock.terminate()
    code, said = mock.ended()
    assert code == 0, said
    assert "Traceback" not in said


FAILING = """
import sys
from shop.settings import load_settings
from shop.start.serve import run_server
from shop.start.server import listen

sys.path.insert(0, {folder!r})
settings = load_settings()
run_server(settings, listen("127.0.0.1", 0), 100, reload=False)
"""
APP = """
from litestar import Litestar
from litestar.datastructures import State
import asyncio, os

BUILT_BY = os.getpid()

async def fail():
    raise RuntimeError(f"it cannot begin: built by {BUILT_BY}, in the fork {os.getpid()}")

def create_app():
    state = State({"stopping": asyncio.Event()})
    return Litestar(on_startup=[fail], state=state, logging_config=None)
"""


def test_a_worker_that_cannot_begin_ends_the_start_with_a_status(folder: Path) -> None:
    (folder / "app.py").write_text(APP)
    done = subprocess.run(
        [sys.executable, "-c", FAILING.format(folder=str(folder))],
        cwd=ROOT,
        env=environ(SHOP_DATA_DIR=str(folder / "data")),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 1
    assert "it cannot begin" in done.stdout + done.stderr


def test_all_workers_have_the_app_that_their_parent_has_built(folder: Path) -> None:
    """So that they share its memory, and none takes the time to build another."""
    (folder / "app.py").write_text(APP)
    code = FAILING.replace("100, reload", "100, __import__('app').create_app(), reload")
    done = subprocess.run(
        [sys.executable, "-c", code.format(folder=str(folder)) + "\n"],
        cwd=ROOT,
        env=environ(SHOP_DATA_DIR=str(folder / "data")),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    failed = re.findall(r"built by (\d+), in the fork (\d+)", done.stdout + done.stderr)
    assert failed
    assert all(built_by != fork for built_by, fork in failed)


def test_it_serves_while_it_looks_for_changes(litestar: Start, data_dir: Path) -> None:
    shop = litestar("run", "--reload", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir))
    assert httpx.get(f"{shop.address()}/readyz", timeout=TIMEOUT).status_code == 200
    shop.terminate()
    code, said = shop.ended()
    assert code == 0, said


def test_the_demo_s_mock_tells_the_shop_what_happened_to_an_order(
    litestar: Start, data_dir: Path
) -> None:
    shop = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir))
    items, alice = [{"product_id": 2, "quantity": 1}], {"X-USER-ID": "1"}
    address, partner = shop.address(), shop.partner()
    with httpx.Client(base_url=address, headers=alice, timeout=TIMEOUT) as client:
        order = client.post("/api/v1/orders", json={"items": items}).json()["id"]
        form = {"order_id": order, "carrier": "cj", "tracking_no": "123456"}
        for type_, status in (
            ("order.preparing", "preparing"),
            ("order.shipped", "shipped"),
            ("order.delivered", "fulfilled"),
        ):
            page = httpx.post(f"{partner}events", data={**form, "type": type_}, timeout=TIMEOUT)
            assert f"{type_}, order {order}: 200" in page.text
            assert client.get(f"/api/v1/orders/{order}").json()["status"] == status


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("external", "--host", "a..b", "--port", "0"), "'a..b' is not a host name."),
        (("staff", "add", "\udcff"), "This cannot be stored."),
    ],
)
def test_bad_arguments_are_reported_without_a_traceback(
    litestar: Start, data_dir: Path, arguments: tuple[str, ...], reason: str
) -> None:
    code, said = litestar(*arguments, SHOP_DATA_DIR=str(data_dir)).ended()
    assert (code, said.strip()) == (1, reason)
