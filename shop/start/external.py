"""The mock external system, run beside the shop where no other is set."""

import asyncio
import multiprocessing
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from granian.log import LogLevels

from shop.settings import Settings
from shop.start.parent import end_with_parent
from shop.start.server import SingleServer, listen, server_options
from shop.start.signals import held_back


@contextmanager
def external_system(settings: Settings, shop: socket.socket) -> Iterator[str]:
    """The address that orders are told to; that of a mock, run for the block, where none is set.

    The workers find it in their environment, like an address that was set by hand. The mock, a
    process of its own, lets go of `shop`, the port of the shop.
    """
    if settings.external_url:
        yield settings.external_url
        return
    with _mock(shop) as url:
        os.environ["SHOP_EXTERNAL_URL"] = url
        os.environ["SHOP_EXTERNAL_SECRET"] = " ".join(settings.external_secret)
        yield url


@contextmanager
def _mock(shop: socket.socket) -> Iterator[str]:
    with listen("127.0.0.1", 0) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        run = partial(_run, os.getpid(), listener, shop)
        process = multiprocessing.get_context("fork").Process(target=run)
        with held_back():
            process.start()
    try:
        yield url
    finally:
        process.kill()  # it has nothing to put away
        process.join()


def _run(parent: int, listener: socket.socket, shop: socket.socket) -> None:
    shop.close()
    end_with_parent(parent, patience=0)
    serve_mock(listener)


def serve_mock(listener: socket.socket) -> None:
    """Serves the mock in this process, until SIGINT or SIGTERM."""
    asyncio.run(_serve(listener))


async def _serve(listener: socket.socket) -> None:
    from shop.external.mock import create_mock

    # At the usual level Granian warns that serving from one process is experimental.
    options = server_options() | {"log_level": LogLevels.error}
    server = SingleServer(listener, target=create_mock, factory=True, **options)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()
    listener.detach()  # Granian has closed it
