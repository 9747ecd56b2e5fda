"""The mock external system, run beside the shop where no other is set."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

import uvicorn

from shop.settings import Settings

MOCK = "shop.external.mock:app"


@contextmanager
def external_system(settings: Settings) -> Iterator[str]:
    """The address that orders are told to; that of a mock, run for the block, where none is set.

    The workers find it in their environment, like an address that was set by hand.
    """
    if settings.external_url:
        yield settings.external_url
        return
    with _mock() as url:
        os.environ["SHOP_EXTERNAL_URL"] = url
        os.environ["SHOP_EXTERNAL_SECRET"] = " ".join(settings.external_secret)
        yield url


@contextmanager
def _mock() -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(MOCK, lifespan="on", log_config=None, access_log=False)
    config.load()
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listener],), name="mock external system", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        server.should_exit = True
        thread.join(timeout=5)
