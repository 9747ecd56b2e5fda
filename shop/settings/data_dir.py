"""What the data folder knows: secrets made once, and where its own database is running."""

import os
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote


def load_or_create(path: Path, make: Callable[[], str]) -> str:
    """What the file holds; where there is no file, it is made with `make`, for its owner only.

    Two processes that do this at once get the same answer. Raises OSError where the folder cannot
    be made or written to.
    """
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _create_whole(path, make())
    return path.read_text().strip()


def _create_whole(path: Path, text: str) -> None:
    """Creates the file with all of its text at once; the first to do so wins."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-") as draft:
        draft.write(text + "\n")
        draft.flush()
        os.fsync(draft.fileno())
        with suppress(FileExistsError):
            os.link(draft.name, path)


def running_url(data_dir: Path, database: str = "pointmall") -> str | None:
    """The DSN of the embedded PostgreSQL of this folder, None where none answers."""
    try:
        lines = (data_dir / "postgres" / "postmaster.pid").read_text().splitlines()
        port, folder = int(lines[3]), lines[4].strip()
        with socket.socket(socket.AF_UNIX) as knock:
            knock.connect(f"{folder}/.s.PGSQL.{port}")
    except (OSError, IndexError, ValueError):
        return None
    return f"postgresql://postgres@/{database}?host={quote(folder)}&port={port}"
