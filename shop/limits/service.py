"""Rate limits over all workers: GCRA, the leaky bucket that keeps one time stamp an asker.

Each use moves `used_until` on by one share of the period. It may run ahead of the clock by as many
shares as may be used at once; a use that would carry it further is refused, and costs nothing.
"""

import math
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from shop.errors import TooManyRequests
from shop.limits.tables import RateLimit


class Limit(NamedTuple):
    """`uses` in any `period`, all at once or spread over it."""

    name: str
    uses: int
    period: timedelta

    @property
    def share(self) -> timedelta:
        return self.period / self.uses


SIGN_IN_BY_USER = Limit("sign-in-user", 10, timedelta(minutes=5))
SIGN_IN_BY_ADDRESS = Limit("sign-in-address", 60, timedelta(minutes=5))
SIGN_UP_BY_ADDRESS = Limit("sign-up-address", 30, timedelta(hours=1))
ORDERS_BY_USER = Limit("orders-user", 120, timedelta(minutes=1))


class RateLimiter:
    """Counts uses in the database. `enabled` false (`SHOP_RATE_LIMITS=off`) lets all through."""

    def __init__(self, *, enabled: bool) -> None:
        self._enabled = enabled

    async def use(self, *limits: tuple[Limit, object]) -> None:
        """One use of each limit by its asker (a user, an address). Raises TooManyRequests."""
        if not self._enabled:
            return
        for limit, asker in limits:
            if not await self._use(limit, _key(limit, asker)):
                raise TooManyRequests(await self._seconds_to_wait(limit, _key(limit, asker)))

    async def _use(self, limit: Limit, key: str) -> bool:
        """By hand: Piccolo has no condition on the row that is there already."""
        now = datetime.now(UTC)
        used = await RateLimit.raw(
            "INSERT INTO rate_limits (key, used_until) VALUES ({}, {}) "
            "ON CONFLICT (key) DO UPDATE "
            "SET used_until = GREATEST(rate_limits.used_until, {}) + {} "
            "WHERE rate_limits.used_until <= {} RETURNING key",
            key,
            now + limit.share,
            now,
            limit.share,
            now + limit.period - limit.share,
        )
        return bool(used)

    async def _seconds_to_wait(self, limit: Limit, key: str) -> int:
        row = await RateLimit.select(RateLimit.used_until).where(RateLimit.key == key).first()
        if row is None:
            return 1
        free_at = row["used_until"] - limit.period + limit.share
        return max(1, math.ceil((free_at - datetime.now(UTC)).total_seconds()))

    async def sweep(self) -> None:
        """Forgets askers who have nothing used up."""
        await RateLimit.delete().where(RateLimit.used_until < datetime.now(UTC))


def _key(limit: Limit, asker: object) -> str:
    return f"{limit.name}:{asker}"[:200]
