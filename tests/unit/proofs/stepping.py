"""Runs a request one suspension at a time, and does something to it at one of them."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, Generator
from typing import Any

import httpx
from litestar import Litestar

Disturbance = Callable[[asyncio.Task[Any]], Coroutine[Any, Any, None] | None]
"""Is given the request's task. What it returns runs to its end before the request goes on."""


class Stepped:
    """`work`, driven by hand: at its suspension number `at` it is disturbed.

    A suspension is where the event loop may run something else, and so where a cancellation, the
    end of the process or another request can come in between. `suspensions` counts them.
    """

    def __init__(self, work: Coroutine[Any, Any, Any], at: int, disturb: Disturbance) -> None:
        self._work, self._at, self._disturb = work, at, disturb
        self.suspensions = 0

    def __await__(self) -> Generator[Any, Any, Any]:
        thrown: BaseException | None = None
        while True:
            try:
                awaited = self._work.throw(thrown) if thrown else self._work.send(None)
            except StopIteration as end:
                return end.value
            thrown = None
            self.suspensions += 1
            if self.suspensions == self._at:
                yield from self._disturbed()
            try:
                yield awaited
            except BaseException as error:  # noqa: BLE001 - the work decides what comes of it
                thrown = error

    def _disturbed(self) -> Generator[Any, Any, None]:
        """As by a stranger: not in the transaction that is open where it comes in between."""
        request = asyncio.current_task()
        assert request is not None
        work = self._disturb(request)
        if work is not None:
            yield from asyncio.create_task(work, context=contextvars.Context()).__await__()


class SteppedApp:
    """The application, with each of its requests `Stepped`; the last one is kept."""

    def __init__(self, app: Litestar, at: int, disturb: Disturbance) -> None:
        self._app, self._at, self._disturb = app, at, disturb
        self.last: Stepped | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.last = Stepped(self._app(scope, receive, send), self._at, self._disturb)
        await self.last

    @property
    def came_in_between(self) -> bool:
        """Whether the request had that many suspensions."""
        return self.last is not None and self.last.suspensions >= self._at

    def client(self, user_id: int) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self, raise_app_exceptions=False)
        headers = {"X-USER-ID": str(user_id)}
        return httpx.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers)
