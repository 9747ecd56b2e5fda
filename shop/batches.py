"""Batching: calls that arrive while others run are handled together, in the next batch.

Like a group commit: under load one round of statements serves many callers, and a caller who comes
alone does not wait. After a batch of several the next one begins after a pause, as PostgreSQL's
`commit_delay` does: larger batches cost less for each call than the pause takes.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, NamedTuple, TypeVar

from shop.errors import Overloaded, Unavailable

T = TypeVar("T")
R = TypeVar("R")

MOST_AT_ONCE = 2
"""Batches that run at the same time."""
PAUSE = 0.002
"""Seconds; for batches of one transaction (docs/performance.md)."""

# Handles the items of a batch: a result or a refusal for each, in their order. If it raises,
# nothing has happened.
Work = Callable[[list[T]], Awaitable[Sequence[R | Exception]]]


class Waiting(NamedTuple, Generic[T, R]):
    """An item in the queue, who waits for it, and since when (seconds, monotonic)."""

    item: T
    result: "asyncio.Future[R]"
    since: float


class Batches(Generic[T, R]):
    """Hands items to `work` in batches of up to `size`, one after the other.

    When a batch takes longer than `overlap` seconds, for example because it waits for a lock, a
    second one runs beside it. If the last batch had several items, the next one begins after
    `pause` seconds, so that it has several too. At most `limit` items wait, none for more than
    `max_wait` seconds. `begun` counts batches, `taken` their items.
    """

    def __init__(
        self,
        work: "Work[T, R]",
        *,
        size: int = 64,
        overlap: float = 0.02,
        pause: float = 0.0,
        limit: int = 1_000,
        max_wait: float = 10.0,
    ) -> None:
        self._work = work
        self._size, self._overlap, self._pause = size, overlap, pause
        self._limit, self._max_wait = limit, max_wait
        self._queue: deque[Waiting[T, R]] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._started = 0.0
        self._last_had_several = False
        self.begun = self.taken = 0

    @property
    def waiting(self) -> int:
        return len(self._queue)

    async def submit(self, item: T) -> R:
        """The result of `item`, or its refusal, raised. Raises Overloaded if too many wait.

        A caller that is cancelled takes back only what no batch has begun with.
        """
        if len(self._queue) >= self._limit:
            raise Overloaded
        result = asyncio.get_running_loop().create_future()
        self._queue.append(Waiting(item, result, time.monotonic()))
        self._start()
        return await result

    def _start(self) -> None:
        if not self._queue or len(self._running) >= MOST_AT_ONCE:
            return
        loop = asyncio.get_running_loop()
        if self._running and loop.time() < self._started + self._overlap:
            return
        self._started = loop.time()
        task = loop.create_task(self._run_next(), name="batch")
        self._running.add(task)
        task.add_done_callback(self._ended)
        loop.call_later(self._overlap, self._start)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        self._start()

    async def _run_next(self) -> None:
        """Takes its items when it begins to run, so that calls of the same moment are in it."""
        if self._pause and self._last_had_several and len(self._queue) < self._size:
            await asyncio.sleep(self._pause)
        if batch := self._take():
            self._last_had_several = len(batch) > 1
            self.begun += 1
            self.taken += len(batch)
            await self._run(batch)

    def _take(self) -> list[Waiting[T, R]]:
        """The next batch: the first in the queue, without those who left or waited too long."""
        batch: list[Waiting[T, R]] = []
        oldest = time.monotonic() - self._max_wait
        while self._queue and len(batch) < self._size:
            waiting = self._queue.popleft()
            if waiting.since < oldest:
                _settle(waiting, Overloaded())
            elif not waiting.result.done():
                batch.append(waiting)
        return batch

    async def _run(self, batch: list[Waiting[T, R]]) -> None:
        try:
            outcomes = await self._work([waiting.item for waiting in batch])
        except Exception as error:  # noqa: BLE001 - every caller gets it, or tries alone
            await self._fail(batch, error)
        else:
            for waiting, outcome in zip(batch, outcomes, strict=True):
                _settle(waiting, outcome)
        finally:
            for waiting in batch:
                waiting.result.cancel()  # does nothing unless this task was cancelled

    async def _fail(self, batch: list[Waiting[T, R]], error: Exception) -> None:
        """One bad item must not fail the others: each is tried alone. An unavailable database fails
        all of them, and so does an error of a batch of one."""
        if len(batch) == 1 or isinstance(error, Unavailable):
            for waiting in batch:
                _settle(waiting, error)
            return
        for waiting in batch:
            await self._run([waiting])


def _settle(waiting: Waiting[T, R], outcome: R | Exception) -> None:
    if waiting.result.done():
        return
    if isinstance(outcome, Exception):
        waiting.result.set_exception(outcome)
    else:
        waiting.result.set_result(outcome)
