"""One process that serves: a fork of the supervisor, with its app."""

import asyncio
import os
import signal
import threading
import time
from contextlib import suppress
from typing import Any

from litestar import Litestar
from litestar.types import Receive, Send

from shop.start.parent import end_with_parent
from shop.start.signals import STOP_SIGNALS

SETTLING = 1.0
"""Seconds that Granian has to end by itself, when no request is running."""
CLOSING = 3.0
"""Seconds that the lifespan has to close connections, relay and pool."""

SLACK = 5.0
"""Seconds that a busy machine may add to them."""


def stop_timeout(delay: float, timeout: float) -> float:
    """Seconds from SIGTERM after which a worker has ended, or is stuck."""
    return delay + timeout + 2 * SETTLING + CLOSING + SLACK


def begin_worker(parent: int, delay: float, timeout: float, app: Litestar | None) -> "Worker":
    """Granian calls this in each new worker, before its event loop runs. Returns the ASGI app:
    `app`, or else one of the code as it is now."""
    worker = Worker(delay, timeout)
    worker.watch_sigterm()
    end_with_parent(parent, stop_timeout(delay, timeout))
    if app is None:
        from app import create_app

        app = create_app()
    worker.load(app)
    return worker


class Worker:
    """The app, which ends within a bound after SIGTERM, whatever clients and the database do.

    Until it serves it ends at once. Then `stopping` is set and `/readyz` returns 503; after `delay`
    seconds the port is closed, and running requests have `timeout` seconds. Granian alone would
    wait for every connection that has sent half a header.
    """

    def __init__(self, delay: float, timeout: float) -> None:
        self._delay, self._timeout = delay, timeout
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running = 0
        self._idle, self._over, self._closed = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._idle.set()

    def load(self, app: Litestar) -> None:
        self._app, self._stopping = app, app.state.stopping

    def watch_sigterm(self) -> None:
        """Takes SIGTERM in a thread: an event loop misses what comes while it does not run.

        Ctrl-C and hang-up reach all processes of a terminal; the supervisor passes them on.
        """
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        threading.Thread(target=self._wait_for_sigterm, name="sigterm", daemon=True).start()

    def _wait_for_sigterm(self) -> None:
        signal.sigwait({signal.SIGTERM})
        if self._loop is None:
            os._exit(0)
        self._loop.call_soon_threadsafe(self._begin_to_end)
        time.sleep(stop_timeout(self._delay, self._timeout))
        os._exit(1)

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
        async def next_event() -> Any:
            event = asyncio.ensure_future(receive())
            over = asyncio.ensure_future(self._over.wait())
            await asyncio.wait({event, over}, return_when=asyncio.FIRST_COMPLETED)
            return event.result() if event.done() else {"type": "lifespan.shutdown"}

        async def send_and_note(message: Any) -> None:
            await send(message)
            if message["type"] == "lifespan.startup.complete":
                self._loop = asyncio.get_running_loop()

        await self._app(scope, next_event, send_and_note)
        self._closed.set()

    def _begin_to_end(self) -> None:
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
