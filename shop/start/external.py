"""The mock external system, run beside the shop where no other is set."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from shop.settings import Settings
from shop.start.parent import Child, watch_parent

MOCK = "shop.external.mock:app"


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
    config = uvicorn.Config(
        MOCK, lifespan="on", log_config=None, log_level="warning", access_log=False
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        process = Child(target=_run, args=(config, listener, shop))
        process.start()
    try:
        yield url
    finally:
        process.terminate()
        process.join()


def _run(config: uvicorn.Config, listener: socket.socket, shop: socket.socket) -> None:
    shop.close()
    _Mock(config).run([listener])


class _Mock(uvicorn.Server):
    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        watch_parent()
        await super().startup(sockets)
