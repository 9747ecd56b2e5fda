"""The mock external system, run beside the shop where no other is set."""

import asyncio
import multiprocessing
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from granian.log import LogLevels

from shop.external.mock_events import EventSender
from shop.settings import Settings
from shop.start.parent import end_with_parent
from shop.start.server import SingleServer, listen, server_options
from shop.start.signals import signals_blocked


@contextmanager
def external_system(settings: Settings, shop: socket.socket) -> Iterator[str]:
    """The URL that orders are sent to; that of a mock, run for the block, if none is set.

    The workers find it in their environment, like one that was set by hand. The mock is a process
    of its own, which closes `shop`, the shop's listening socket.
    """
    if settings.external_url:
        yield settings.external_url
        return
    with _mock(settings, shop) as url:
        os.environ["SHOP_EXTERNAL_URL"] = url
        os.environ["SHOP_EXTERNAL_SECRET"] = " ".join(settings.external_secret)
        yield url


@contextmanager
def _mock(settings: Settings, shop: socket.socket) -> Iterator[str]:
    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
    run = partial(_run, os.getpid(), listener, shop, _answers(settings, shop))
    process = multiprocessing.get_context("fork").Process(target=run)
    try:
        with listener, signals_blocked():
            process.start()
        yield url
    finally:
        if process.pid:
            process.kill()  # it has nothing to clean up
            process.join()


def _answers(settings: Settings, shop: socket.socket) -> EventSender | None:
    """In the demo the mock's page has buttons that send events to the shop."""
    if not settings.demo:
        return None
    host = settings.host if settings.host not in {"0.0.0.0", "::"} else "127.0.0.1"  # noqa: S104 - compared only
    host = f"[{host}]" if ":" in host else host
    return EventSender(f"http://{host}:{shop.getsockname()[1]}", settings.external_secret)


def _run(
    parent: int, listener: socket.socket, shop: socket.socket, events: EventSender | None
) -> None:
    shop.close()
    end_with_parent(parent, grace=0)
    serve_mock(listener, events)


def serve_mock(listener: socket.socket, events: EventSender | None = None) -> None:
    """Serves the mock in this process until SIGINT or SIGTERM, and ends the process."""
    asyncio.run(_serve(listener, events))
    # At once: Granian's threads may still be alive, and abort a Python that is being finalized.
    sys.stdout.flush()
    os._exit(0)


async def _serve(listener: socket.socket, events: EventSender | None) -> None:
    from shop.external.mock import create_mock

    # At the usual level Granian warns that serving from one process is experimental.
    options = server_options() | {"log_level": LogLevels.error}
    server = SingleServer(listener, target=partial(create_mock, events), factory=True, **options)
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    await server.serve()
    listener.detach()  # Granian has closed it
