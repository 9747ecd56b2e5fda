"""Runs a request and its batches one suspension at a time, with a disturbance at one of them."""

import asyncio
import contextvars
from collections.abc import Callable, Coroutine, Generator, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from litestar import Litestar

from shop.batches import Batches
from shop.database import DB

Disturbance = Callable[[asyncio.Task[Any]], Coroutine[Any, Any, None] | None]
"""Called with the request's task. A returned coroutine is awaited before the request resumes."""


class Steps:
    """Counts the suspensions of a request and its batches; number `at` is disturbed."""

    def __init__(self, at: int, disturb: Disturbance) -> None:
        self.at, self.disturb = at, disturb
        self.count = 0
        self.request: asyncio.Task[Any] | None = None


class Stepped:
    """An awaitable that counts the suspensions of `work`.

    At a suspension a cancellation, the end of the process or another request can intervene.
    """

    def __init__(self, work: Coroutine[Any, Any, Any], steps: Steps) -> None:
        self._work, self._steps = work, steps

    def __await__(self) -> Generator[Any, Any, Any]:
        thrown: BaseException | None = None
        while True:
            try:
                awaited = self._work.throw(thrown) if thrown else self._work.send(None)
            except StopIteration as end:
                return end.value
            thrown = None
            self._steps.count += 1
            if self._steps.count == self._steps.at:
                yield from self._disturbed()
            try:
                yield awaited
            except BaseException as error:  # noqa: BLE001 - the work decides what comes of it
                thrown = error

    def _disturbed(self) -> Generator[Any, Any, None]:
        """Runs outside the request's context, and so outside its open transaction."""
        assert self._steps.request is not None
        work = self._steps.disturb(self._steps.request)
        if work is not None:
            yield from asyncio.create_task(work, context=contextvars.Context()).__await__()


@contextmanager
def batches_stepped(steps: Steps) -> Iterator[None]:
    """Batches that start in the block are stepped too."""

    async def run(batch: Coroutine[Any, Any, Any]) -> None:
        await Stepped(batch, steps)

    def factory(loop: asyncio.AbstractEventLoop, work: Any, **options: Any) -> asyncio.Task[Any]:
        is_batch = getattr(work, "cr_code", None) is Batches._run_next.__code__
        return asyncio.Task(run(work) if is_batch else work, loop=loop, **options)

    loop = asyncio.get_running_loop()
    before = loop.get_task_factory()
    loop.set_task_factory(factory)  # type: ignore[arg-type]
    try:
        yield
    finally:
        loop.set_task_factory(before)


async def batches_ended() -> None:
    """Waits for batches that outlive their requests."""
    running = [task for task in asyncio.all_tasks() if task.get_name() == "batch"]
    await asyncio.gather(*running, return_exceptions=True)


def kill(request: asyncio.Task[Any]) -> None:
    """Simulates `kill -9`: all database connections are terminated."""
    assert DB.pool
    for holder in DB.pool._holders:
        if holder._con is not None:
            holder._con.terminate()
    request.cancel()
    if current := asyncio.current_task():
        current.cancel()


class SteppedApp:
    """The application, with each of its requests `Stepped`."""

    def __init__(self, app: Litestar, at: int, disturb: Disturbance) -> None:
        self._app = app
        self.steps = Steps(at, disturb)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.steps.request = asyncio.current_task()
        with batches_stepped(self.steps):
            await Stepped(self._app(scope, receive, send), self.steps)

    @property
    def came_in_between(self) -> bool:
        """Whether the request had that many suspensions."""
        return self.steps.count >= self.steps.at

    def client(self, user_id: int) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self, raise_app_exceptions=False)
        headers = {"X-USER-ID": str(user_id)}
        return httpx.AsyncClient(transport=transport, base_url="http://shop.test", headers=headers)
