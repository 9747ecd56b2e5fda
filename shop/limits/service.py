"""Rate limits over all workers and nodes: GCRA, the leaky bucket that keeps one time stamp a key.

Each use moves a key's theoretical arrival time on by one emission interval (period / uses). It may
be ahead of now by one period less one interval; a use that would exceed that is refused and changes
nothing. Now is PostgreSQL's, so that nodes whose clocks differ count together.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import NamedTuple

from shop.errors import TooManyRequests
from shop.limits.repository import LimitRepository


class Limit(NamedTuple):
    """`uses` in any `period`, all at once or spread over it."""

    name: str
    uses: int
    period: timedelta

    @property
    def emission_interval(self) -> timedelta:
        return self.period / self.uses

    def key(self, parts: tuple[object, ...]) -> str:
        return ":".join([self.name, *(str(part) for part in parts)])[:LONGEST_KEY]


LONGEST_KEY = 200  # as the column
SLOW_DOWN = 3.0  # seconds

SIGN_UP_BY_ADDRESS = Limit("sign-up-address", 30, timedelta(hours=1))
DESK_CODES_BY_STAFF = Limit("desk-codes-staff", 60, timedelta(minutes=1))
ORDERS_BY_USER = Limit("orders-user", 120, timedelta(minutes=1))

Sleep = Callable[[float], Awaitable[None]]


class RateLimiter:
    """Counts uses in the database. `enabled` false (`SHOP_RATE_LIMITS=off`) lets all through."""

    def __init__(self, *, enabled: bool, sleep: Sleep = asyncio.sleep) -> None:
        self._enabled = enabled
        self._sleep = sleep
        self._limits = LimitRepository()

    async def use(self, limit: Limit, *key: object) -> None:
        """One use of the limit by `key`: a user, an address. Raises TooManyRequests."""
        if not await self.try_use(limit, *key):
            wait = await self._limits.seconds_to_wait(
                limit.key(key), limit.period, limit.emission_interval
            )
            raise TooManyRequests(wait)

    async def try_use(self, limit: Limit, *key: object) -> bool:
        """As `use`, but False where the limit is used up."""
        return not self._enabled or await self._limits.use(
            limit.key(key), limit.period, limit.emission_interval
        )

    async def slow_down(self, limit: Limit, *key: object) -> None:
        """One use; where the limit is used up it takes `SLOW_DOWN` seconds, and is not refused."""
        if not await self.try_use(limit, *key):
            await self._sleep(SLOW_DOWN)

    async def sweep(self) -> None:
        """Forgets keys that have nothing used up."""
        await self._limits.delete_unused()
