"""What a worker reports as its present state ends with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from shop.start.server import _forget_gauges


def test_an_ended_workers_state_is_forgotten_and_its_counters_are_not(
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
