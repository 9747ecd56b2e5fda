"""`litestar run`: everything the shop needs, started in order and ended in the reverse."""

import asyncio
import gc
import importlib
import multiprocessing
import os
import shutil
import signal
import socket
from contextlib import ExitStack
from functools import partial
from math import ceil
from pathlib import Path

import click
from granian.constants import Loops
from litestar import Litestar

from shop.settings import Settings
from shop.start.banner import banner
from shop.start.bucket import check_bucket
from shop.start.database import serving_database
from shop.start.external import external_system
from shop.start.migrate import migrate
from shop.start.server import Supervisor, allow_connections, listen, server_options
from shop.start.worker import begin_worker, stop_timeout


def serve(settings: Settings, *, reload: bool = False) -> None:
    """Serves until a signal ends it, and then ends everything that it started, PostgreSQL too.
    Raises StartError if it cannot start, with nothing left running."""
    with ExitStack() as started:
        connections = allow_connections(settings.database_pool)
        listener = started.enter_context(listen(settings.host, settings.port))
        preload = partial(_preload, settings, listener.getsockname()[1], reload=reload)
        url = started.enter_context(serving_database(settings, meanwhile=preload))
        if settings.media_url:
            check_bucket(settings.media_url)
        passwords = asyncio.run(_prepare(settings, url))
        gc.freeze()  # else a fork's first collection would copy all that it shares
        external = started.enter_context(external_system(settings, listener))
        app = None if reload else _build()
        click.echo(banner(settings, listener, external, passwords))
        run_server(settings, listener, connections, app, reload=reload)


def _preload(settings: Settings, port: int, *, reload: bool) -> None:
    """The work of a start that needs no database yet."""
    if settings.workers > 1:  # before the import, which reads the setting
        _share_metrics(metrics_folder(settings.data_dir, port))
    if not reload:
        importlib.import_module("app")
        importlib.import_module("shop.web.warm_up").load_languages()


def _build() -> Litestar:
    """The app of all workers, which share its memory. It finds the database and the external system
    in the environment."""
    from app import create_app

    return create_app()


async def _prepare(settings: Settings, url: str) -> dict[str, str]:
    """The passwords that were made for the demo's accounts, by name."""
    await migrate(url)
    if not settings.demo:
        return {}
    from shop.demo.accounts import set_passwords
    from shop.demo.seed import fill

    await fill(settings)
    return await set_passwords(settings)


def metrics_folder(data_dir: Path, port: int) -> Path:
    """Of this node alone: nodes may share the data folder, for its pictures."""
    return data_dir / "metrics" / f"{socket.gethostname()}-{port}"


def _share_metrics(folder: Path) -> None:
    """Gives the workers a folder for their metrics, empty at each start."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def run_server(
    settings: Settings,
    listener: socket.socket,
    connections: int,
    app: Litestar | None = None,
    *,
    reload: bool,
) -> None:
    """Serves `app` in workers, until a signal ends it; without one, each worker builds its own from
    the code as it is then. Raises SystemExit where a worker does not start, or dies again at once.
    """
    # A worker is a fork, which shares the memory of what is imported. Granian's threads, which only
    # wait for workers to end, do no harm.
    multiprocessing.set_start_method("fork", force=True)
    gc.freeze()  # also what the app has added
    ending = (settings.drain, settings.shutdown_timeout)
    server = Supervisor(
        listener,
        target="app:create_app",
        loop=Loops.uvloop,
        workers=settings.workers,
        workers_kill_timeout=ceil(stop_timeout(*ending)),
        respawn_failed_workers=True,
        reload=reload,
        reload_paths=[Path("shop"), Path("templates"), Path("app.py")],
        reload_ignore_worker_failure=True,
        **server_options(connections=connections),
    )
    # Granian would restart its workers at a hang-up.
    server.on_startup(partial(signal.signal, signal.SIGHUP, signal.getsignal(signal.SIGHUP)))
    begin = partial(begin_worker, os.getpid(), *ending, app)
    server.serve(target_loader=begin, wrap_loader=False)
