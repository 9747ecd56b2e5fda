"""A short fault run with each kind of fault."""

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
        timeout=240,
    )
    assert done.returncode == 0, done.stdout
    table = dict(re.findall(r"^(\w[^0-9\n]*?) +(\d+)", done.stdout, re.MULTILINE))
    assert int(table["kills (worker, parent)"]) >= 2
    assert int(table["database crashes"]) >= 1
    assert int(table["orders accepted"]) > 0
    assert int(table["orders fulfilled"]) > 0
    violations = ("lost", "doubled", "oversold", "overpaid", "undelivered")
    assert [name for name in violations if table[name] != "0"] == []
