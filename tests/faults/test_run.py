"""A short fault run: each kind of fault once, and all that `make faults` looks for."""

import re
import subprocess
import sys

import pytest

from tests.faults.parts import ROOT, environ

pytestmark = pytest.mark.slow


def test_a_short_run_is_clean() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults", "--minutes", "0.3"],
        cwd=ROOT,
        env=environ(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    told = dict(re.findall(r"^(\w[^0-9\n]*?) +(\d+)", done.stdout, re.MULTILINE))
    assert int(told["kills (worker, parent)"]) >= 2
    assert int(told["database crashes"]) >= 1
    assert int(told["orders accepted"]) > 0
    for wrong in ("lost", "doubled", "oversold", "undelivered"):
        assert told[wrong] == "0"
