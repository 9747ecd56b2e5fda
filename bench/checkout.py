"""Checks out another version of the shop, with an environment of its locked packages."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from bench.results import FOLDER
from bench.shop import PYTHON, ROOT, BenchError

LOCK = "requirements.lock"


@contextmanager
def checked_out(ref: str) -> Iterator[Path]:
    """A temporary worktree of this git ref. Raises BenchError."""
    with tempfile.TemporaryDirectory(prefix="pointmall-base-") as folder:
        code = Path(folder).resolve() / "base"
        _run("git", "worktree", "add", "--detach", str(code), ref)
        try:
            yield code
        finally:
            _run("git", "worktree", "remove", "--force", str(code))


def python_for(code: Path) -> Path:
    """An interpreter with the packages of this tree's lock file: the current one if the lock is the
    same, else one in `build/bench`, which the next run reuses. Raises BenchError."""
    lock = (code / LOCK).read_bytes()
    if lock == (ROOT / LOCK).read_bytes():
        return PYTHON
    folder = FOLDER / f"venv-{sha256(lock).hexdigest()[:16]}"
    python, complete = folder / "bin" / "python", folder / ".complete"
    if not complete.exists():
        _run(sys.executable, "-m", "venv", "--clear", str(folder))
        install = (str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes")
        _run(*install, "-r", str(code / LOCK))
        complete.touch()
    return python


def _run(*command: str) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(done.stderr.strip())
