"""Time limits for request bodies that arrive slowly or never."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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


class Stopping(asyncio.Event):
    """Set once a stop has begun. From then on a body has LAST_CHANCE to arrive."""

    def __init__(self) -> None:
        super().__init__()
        self._deadlines: set[asyncio.Timeout] = set()

    def set(self) -> None:
        super().set()
        for deadline in self._deadlines:
            last = asyncio.get_running_loop().time() + LAST_CHANCE
            deadline.reschedule(min(deadline.when() or last, last))

    @asynccontextmanager
    async def timeout(self, seconds: float) -> AsyncIterator[None]:
        """As `asyncio.timeout`, with less time where a stop has begun or begins."""
        async with asyncio.timeout(min(seconds, LAST_CHANCE) if self.is_set() else seconds) as it:
            self._deadlines.add(it)
            try:
                yield
            finally:
                self._deadlines.discard(it)


def timing_bodies(app: ASGIApp, stopping: Stopping, timeout: float = BODY_TIMEOUT) -> ASGIApp:
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

    def __init__(self, receive: Receive, stopping: Stopping, timeout: float) -> None:
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
        try:
            async with self._stopping.timeout(self._seconds_left()):
                return await self._receive()
        except TimeoutError:
            if self._stopping.is_set():
                raise Unavailable("the shop is being stopped") from None
            raise SlowBody from None

    def _seconds_left(self) -> float:
        now = asyncio.get_running_loop().time()
        self._began = now if self._began is None else self._began
        return self._began + self._timeout + self._size / RATE - now
