"""The only place with queries on `rate_limits`. All times are PostgreSQL's."""

from datetime import timedelta
from typing import Any

from piccolo.columns.combination import WhereRaw

from shop.limits.tables import RateLimit
from shop.prepared import compile_once


class LimitRepository:
    async def use(self, key: str, period: timedelta, share: timedelta) -> bool:
        """Uses one share, in one guarded statement; False where all of the period is used up."""
        return bool(await _use(key, share, period - share))

    async def seconds_to_wait(self, key: str, period: timedelta, share: timedelta) -> int:
        """Until a share is free again, 1 or more."""
        rows = await _seconds_to_wait(period - share, key)
        return max(1, rows[0]["seconds"]) if rows else 1

    async def delete_unused(self) -> None:
        await RateLimit.delete().where(WhereRaw("used_until < now()"))


@compile_once
def _use(key: str, share: timedelta, ahead: timedelta) -> Any:
    """By hand: Piccolo has no condition on the row that is there already."""
    return RateLimit.raw(
        "INSERT INTO rate_limits (key, used_until) VALUES ({}, now() + {}::interval) "
        "ON CONFLICT (key) DO UPDATE "
        "SET used_until = GREATEST(rate_limits.used_until, now()) + {}::interval "
        "WHERE rate_limits.used_until <= now() + {}::interval RETURNING key",
        key,
        share,
        share,
        ahead,
    )


@compile_once
def _seconds_to_wait(ahead: timedelta, key: str) -> Any:
    return RateLimit.raw(
        "SELECT ceil(extract(epoch FROM used_until - now() - {}::interval))::int AS seconds "
        "FROM rate_limits WHERE key = {}",
        ahead,
        key,
    )
