"""The metrics of a node: of all its workers, and of no other node."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from shop.start.embedded import embedded_database
from shop.start.server import _forget_gauges
from tests.unit.start.conftest import TIMEOUT, Process


def test_an_ended_workers_gauges_are_dropped_and_its_counters_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
    for name in ("gauge_livesum_11.db", "gauge_livesum_22.db", "counter_11.db"):
        (tmp_path / name).touch()
    _forget_gauges([11])
    assert {file.name for file in tmp_path.iterdir()} == {"gauge_livesum_22.db", "counter_11.db"}


def test_a_single_worker_shares_no_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    _forget_gauges([11])


def test_nothing_imports_the_metrics_before_their_folder_is_set() -> None:
    """The library decides at its import whether processes share a folder."""
    code = "import sys, shop.start.serve; assert 'prometheus_client' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_a_second_node_on_the_data_folder_keeps_the_metrics_of_the_first(
    litestar: Callable[..., Process], data_dir: Path, folder: Path
) -> None:
    with embedded_database(data_dir) as url:
        settings = {
            "DATABASE_URL": url,
            "SHOP_SECRET": "s" * 32,
            "SHOP_DATA_DIR": str(folder / "shared"),
            "SHOP_WORKERS": "2",
            "SHOP_PORT": "0",
            "SHOP_METRICS_FROM": "127.0.0.1",
        }
        first = litestar("run", **settings)
        address = first.address()
        assert httpx.get(f"{address}/login", timeout=TIMEOUT).status_code == 200
        second = litestar("run", **settings)
        second.address()
        metrics = httpx.get(f"{address}/metrics", timeout=TIMEOUT).text
        for shop in (first, second):
            shop.terminate()
            shop.ended()
    assert 'shop_requests_total{method="GET",route="/login",status="200"} 1.0' in metrics
