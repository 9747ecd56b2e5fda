"""Background jobs: run periodically in every process, and harmless if run twice."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from shop.errors import ShopError
from shop.logs import get_logger

log = get_logger("shop.background")

END_AGAIN = 0.5  # seconds


@asynccontextmanager
async def every(
    seconds: float, work: Callable[[], Awaitable[None]], name: str
) -> AsyncIterator[None]:
    """Runs `work` about every so many seconds until the block ends, the first time after one pause.
    If the database is unavailable, the next run is the retry. `name` is for the log."""
    async with running(partial(_repeat, seconds, work, name), name):
        yield


@asynccontextmanager
async def running(work: Callable[[], Coroutine[Any, Any, None]], name: str) -> AsyncIterator[None]:
    """Runs `work` in a task of this name until the block ends."""
    task = asyncio.create_task(work(), name=name)
    try:
        yield
    finally:
        await end(task)


async def _repeat(seconds: float, work: Callable[[], Awaitable[None]], name: str) -> None:
    while True:
        await asyncio.sleep(seconds * random.uniform(0.8, 1.2))
        try:
            await work()
        except ShopError as error:
            log.warning("work-postponed", work=name, error=error)
        except Exception:
            log.exception("work-failed", work=name)


async def end(task: asyncio.Task[None]) -> None:
    """Cancels the task until it has ended. Once may not do: asyncpg makes a time-out of the
    cancellation of a task that waits for a silent database, and a loop goes on after that."""
    while not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=END_AGAIN)
