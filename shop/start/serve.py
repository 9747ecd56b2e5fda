"""`litestar run`: everything the shop needs, started in order and ended in the reverse."""

import asyncio
import errno
import importlib
import os
import shutil
import socket
from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click
import uvicorn
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import ChangeReload, Multiprocess, multiprocess

from shop.settings import Settings
from shop.start import StartError
from shop.start.banner import banner
from shop.start.database import own_database
from shop.start.external import external_system
from shop.start.migrate import migrate
from shop.start.parent import Child

KEEP_ALIVE = 75
"""Seconds; longer than a proxy in front keeps a connection, so that it meets no closed one."""


def serve(settings: Settings, *, reload: bool = False) -> None:
    """Serves until a signal ends it, and then ends all that it started, PostgreSQL too.

    Raises StartError where something is in the way, with nothing left running.
    """
    with ExitStack() as started:
        listener = started.enter_context(_listener(settings.host, settings.port))
        make_ready = partial(_make_ready, settings, reload=reload)
        url = started.enter_context(own_database(settings, meanwhile=make_ready))
        asyncio.run(_prepare(settings, url))
        external = started.enter_context(external_system(settings, listener))
        click.echo(banner(settings, listener, external))
        _run(settings, listener, reload=reload)


def _listener(host: str, port: int) -> socket.socket:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartError(
                f"Port {port} of {host} is taken. Choose another: SHOP_PORT."
            ) from error
        reason = (error.strerror or "unknown").partition(" (")[0]
        raise StartError(f"{host}:{port} cannot be listened on: {reason}.") from error


def _make_ready(settings: Settings, *, reload: bool) -> None:
    """What needs no database yet, and takes a moment."""
    if settings.workers > 1:
        _share_metrics(settings.data_dir / "metrics")  # before the import, which looks for it
    if not reload:
        importlib.import_module("app")


async def _prepare(settings: Settings, url: str) -> None:
    await migrate(url)
    if settings.demo:
        from shop.demo.seed import fill

        await fill(settings)


def _run(settings: Settings, listener: socket.socket, *, reload: bool) -> None:
    config = uvicorn.Config(
        "app:create_app",
        factory=True,
        workers=settings.workers,
        reload=reload,
        reload_dirs=["shop"] if reload else None,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on",
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the shop itself judges whom it believes
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=settings.shutdown_timeout,
    )
    if reload:
        ChangeReload(config, target=uvicorn.Server(config).run, sockets=[listener]).run()
    elif settings.workers > 1:
        _run_workers(config, listener)
    else:
        uvicorn.Server(config).run([listener])


class _Workers(Multiprocess):
    def handle_hup(self) -> None:
        self.handle_term()


def _share_metrics(folder: Path) -> None:
    """Gives the workers a folder, empty at each start, in which their counts come together."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def _run_workers(config: uvicorn.Config, listener: socket.socket) -> None:
    """Its workers are copies, which share the memory of what is imported; each builds its shop."""
    multiprocess.get_subprocess = _child  # type: ignore[assignment, attr-defined]
    workers = _Workers(config, sockets=[listener])
    workers.run()
    if any(worker.exitcode == STARTUP_FAILURE for worker in workers.processes):
        raise SystemExit(STARTUP_FAILURE)


def _child(_: uvicorn.Config, target: Callable[..., None], sockets: list[socket.socket]) -> Child:
    """In place of uvicorn's own, which begins each worker anew, and imports it all again."""
    return Child(target=target, kwargs={"sockets": sockets})
