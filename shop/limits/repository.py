"""The only place with queries on `rate_limits`. All times are PostgreSQL's."""

from datetime import timedelta
from typing import Any

from piccolo.columns.combination import WhereRaw

from shop.limits.tables import RateLimit
from shop.prepared import compile_once


class LimitRepository:
    async def use(self, key: str, period: timedelta, interval: timedelta) -> bool:
        """Moves the key on by one interval, in one guarded statement. False if no use is left."""
        return bool(await _use(key, interval, period - interval))

    async def seconds_to_wait(self, key: str, period: timedelta, interval: timedelta) -> int:
        """Until the next use is allowed, 1 or more."""
        rows = await _seconds_to_wait(period - interval, key)
        return max(1, rows[0]["seconds"]) if rows else 1

    async def delete_unused(self) -> None:
        await RateLimit.delete().where(WhereRaw("theoretical_arrival < now()"))


@compile_once
def _use(key: str, interval: timedelta, tolerance: timedelta) -> Any:
    """By hand: Piccolo has no condition on the row that is there already."""
    return RateLimit.raw(
        "INSERT INTO rate_limits (key, theoretical_arrival) VALUES ({}, now() + {}::interval) "
        "ON CONFLICT (key) DO UPDATE "
        "SET theoretical_arrival = GREATEST(rate_limits.theoretical_arrival, now()) + {}::interval "
        "WHERE rate_limits.theoretical_arrival <= now() + {}::interval RETURNING key",
        key,
        interval,
        interval,
        tolerance,
    )


@compile_once
def _seconds_to_wait(tolerance: timedelta, key: str) -> Any:
    return RateLimit.raw(
        "SELECT ceil(extract(epoch FROM theoretical_arrival - now() - {}::interval))::int "
        "AS seconds FROM rate_limits WHERE key = {}",
        tolerance,
        key,
    )
