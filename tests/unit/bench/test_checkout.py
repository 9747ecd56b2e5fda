"""Other versions of the shop run with their own packages and settings."""

import subprocess
from pathlib import Path

import pytest

from bench import checkout
from bench.checkout import LOCK, python_for
from bench.shop import PYTHON, ROOT, BenchError, Shop


@pytest.fixture
def tree(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(checkout, "FOLDER", folder / "build")
    code = folder / "code"
    (code / "shop" / "settings").mkdir(parents=True)
    return code


def test_the_same_lock_needs_no_other_environment(tree: Path) -> None:
    (tree / LOCK).write_bytes((ROOT / LOCK).read_bytes())
    assert python_for(tree) == PYTHON


@pytest.mark.slow
def test_an_environment_of_another_lock_is_reused(tree: Path) -> None:
    (tree / LOCK).write_text("# no packages\n")
    python = python_for(tree)
    imported = subprocess.run(
        [python, "-c", "import litestar"], capture_output=True, check=False, timeout=60
    )
    assert b"ModuleNotFoundError" in imported.stderr
    created = python.lstat().st_mtime_ns
    assert python_for(tree).lstat().st_mtime_ns == created


@pytest.mark.slow
def test_a_lock_without_hashes_is_refused(tree: Path) -> None:
    (tree / LOCK).write_text("litestar==2.25.0\n")
    with pytest.raises(BenchError, match="hash"):
        python_for(tree)


def test_only_settings_that_the_version_declares_are_set(tree: Path) -> None:
    (tree / "shop" / "settings" / "table.py").write_text('Setting("SHOP_PORT", PORT, "8000")\n')
    environ = Shop(tree.parent, tree).environ()
    assert [name for name in environ if name.startswith("SHOP_")] == ["SHOP_PORT"]
