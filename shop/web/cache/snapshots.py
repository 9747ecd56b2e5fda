"""Snapshots of the database: as long as one has the same id, all queries find the same."""

import asyncio
from collections.abc import Awaitable, Callable

from shop.errors import ShopError

SNAPSHOT_INTERVAL = 0.5  # seconds
SNAPSHOT_TIMEOUT = 0.5  # seconds; after them the response is rendered and not stored

TakeSnapshot = Callable[[], Awaitable[str | None]]
Clock = Callable[[], float]


class SnapshotWatcher:
    """The current snapshot, shared by all requests for SNAPSHOT_INTERVAL; an `exact` one is taken
    after the request arrived. None inside a transaction, and while the database `is_away`."""

    def __init__(self, take: TakeSnapshot, clock: Clock) -> None:
        self.is_away = False
        self._take, self._clock = take, clock
        self._taking: asyncio.Future[str | None] | None = None
        self._taken_at = -SNAPSHOT_INTERVAL

    async def __call__(self, *, exact: bool = False) -> str | None:
        taking = self._taking
        is_old = self._clock() - self._taken_at >= SNAPSHOT_INTERVAL
        if taking is None or exact or (is_old and taking.done()):
            self._taken_at = self._clock()
            self._taking = taking = asyncio.ensure_future(self._take())
        if taking.done():
            self.is_away = taking.exception() is not None
            return None if self.is_away else taking.result()
        try:
            async with asyncio.timeout(SNAPSHOT_TIMEOUT):
                snapshot = await asyncio.shield(taking)
        except (ShopError, TimeoutError):
            self.is_away = True
            return None
        self.is_away = False
        return snapshot
