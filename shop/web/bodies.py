"""Time limits for request bodies that arrive slowly or never."""

import asyncio
from typing import Any

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from shop.errors import SlowBody, Unavailable

BODY_TIMEOUT = 20.0
"""Seconds for a body to arrive, plus one for each RATE bytes received."""
RATE = 500
FRAMING = {b"content-length", b"transfer-encoding"}
LAST_CHANCE = 1.0
"""Seconds that remain for a body while the shop shuts down."""


def timing_bodies(app: ASGIApp, stopping: asyncio.Event, timeout: float = BODY_TIMEOUT) -> ASGIApp:
    """`app`, whose `receive` raises SlowBody where the client stops sending, and Unavailable where
    it does so while `stopping` is set. A request without these headers has no body to wait for
    (RFC 9112, 6.3)."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and any(name in FRAMING for name, _ in scope["headers"]):
            receive = TimedBody(receive, stopping, timeout)
        await app(scope, receive, send)

    return handle


class TimedBody:
    """A `receive`. The time runs from the first call on, when the application begins to read."""

    def __init__(self, receive: Receive, stopping: asyncio.Event, timeout: float) -> None:
        self._receive, self._stopping, self._timeout = receive, stopping, timeout
        self._began: float | None = None
        self._size = 0
        self._complete = False

    async def __call__(self) -> Any:
        if self._complete:
            return await self._receive()
        message = await self._in_time()
        self._size += len(message.get("body", b""))
        self._complete = not message.get("more_body", False)
        return message

    async def _in_time(self) -> Any:
        left = self._seconds_left()
        coming = asyncio.ensure_future(self._receive())
        stopped = asyncio.ensure_future(self._stopping.wait())
        try:
            both = {coming, stopped}
            await asyncio.wait(both, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if stopped.done():
                await asyncio.wait({coming}, timeout=LAST_CHANCE)
            if coming.done():
                return coming.result()
        finally:
            stopped.cancel()
            coming.cancel()
        raise Unavailable("the shop is being stopped") if stopped.done() else SlowBody

    def _seconds_left(self) -> float:
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        return self._began + self._timeout + self._size / RATE - now
