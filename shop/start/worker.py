"""One process that serves: a copy of the one that Granian makes it from, with a shop of its own."""

import asyncio
import os
import signal
from contextlib import suppress
from typing import Any

from granian.server.mp import MPServer
from litestar.types import ASGIApp, Receive, Send

from shop.start.parent import end_with_parent

SETTLING = 1.0
"""Seconds that Granian has to end by itself, when no request is running."""
CLOSING = 3.0
"""Seconds that the shop has to put away its connections, its relay and its pool."""


def patience_of(delay: float, timeout: float) -> float:
    """Seconds after which a worker that was told to end has ended, or is stuck."""
    return delay + timeout + 2 * SETTLING + CLOSING + 1


def begin_worker(server: MPServer, parent: int, delay: float, timeout: float) -> "Worker":
    """What Granian calls in each new worker, before its event loop runs; the app to serve."""
    # A Ctrl-C and a hang-up reach the whole family, and are for the parent to pass on.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGHUP})
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if server.interrupt_signal:  # it came before the line above, and was taken for the parent's
        raise SystemExit(0)
    end_with_parent(parent, patience_of(delay, timeout))
    from app import create_app

    app = create_app()
    return Worker(app, app.state.stopping, delay, timeout)


class Worker:
    """The shop, which ends at a SIGTERM within a bound, whatever clients and the database do.

    `stopping` is set at once, and `/readyz` says 503; after `delay` seconds the port is closed, and
    running requests have `timeout` seconds. Granian alone would wait for every connection that has
    sent half a header.
    """

    def __init__(self, app: ASGIApp, stopping: asyncio.Event, delay: float, timeout: float) -> None:
        self._app, self._stopping = app, stopping
        self._delay, self._timeout = delay, timeout
        self._running = 0
        self._idle, self._over, self._closed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._idle.set()

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(scope, receive, send)
            return
        self._running += 1
        self._idle.clear()
        try:
            await self._app(scope, receive, send)
        finally:
            self._running -= 1
            if not self._running:
                self._idle.set()

    async def _live(self, scope: Any, receive: Any, send: Any) -> None:
        # In place of Granian's own handler, which has been set by now.
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, self._begin_to_end)

        async def next_event() -> Any:
            told = asyncio.ensure_future(receive())
            over = asyncio.ensure_future(self._over.wait())
            await asyncio.wait({told, over}, return_when=asyncio.FIRST_COMPLETED)
            return told.result() if told.done() else {"type": "lifespan.shutdown"}

        await self._app(scope, next_event, send)
        self._closed.set()

    def _begin_to_end(self) -> None:
        if not self._stopping.is_set():
            self._stopping.set()
            self._ending = asyncio.create_task(self._end())

    async def _end(self) -> None:
        await asyncio.sleep(self._delay)
        # Granian's handler for this one: the port is closed, and idle connections are.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.raise_signal(signal.SIGINT)
        await asyncio.sleep(SETTLING)
        await _wait(self._idle, self._timeout)
        self._over.set()
        await _wait(self._closed, CLOSING)
        await asyncio.sleep(SETTLING)
        os._exit(0)


async def _wait(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
