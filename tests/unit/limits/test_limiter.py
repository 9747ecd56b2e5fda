"""The limiter: what it counts, for which key, and by which clock."""

from datetime import timedelta

import pytest

from shop.errors import TooManyRequests
from shop.limits.service import SLOW_DOWN, Limit, RateLimiter
from shop.limits.tables import RateLimit
from tests.unit.clocks import Clock
from tests.unit.limits.conftest import let_pass

TEN = Limit("ten", 10, timedelta(minutes=5))


@pytest.fixture
def limiter() -> RateLimiter:
    return RateLimiter(enabled=True)


async def used(limiter: RateLimiter, times: int, *key: object) -> list[bool]:
    return [await limiter.try_use(TEN, *key) for _ in range(times)]


async def test_uses_are_allowed_up_to_the_limit(limiter: RateLimiter) -> None:
    assert await used(limiter, 12, "alice") == [True] * 10 + [False] * 2


async def test_a_long_pause_does_not_raise_the_burst(limiter: RateLimiter) -> None:
    await used(limiter, 1, "alice")
    await let_pass(86_400)
    assert await used(limiter, 12, "alice") == [True] * 10 + [False] * 2


async def test_each_key_counts_for_itself(limiter: RateLimiter) -> None:
    await used(limiter, 11, "alice")
    assert await used(limiter, 1, "bob") == [True]
    assert await used(limiter, 1, "alice", "bob") == [True]


async def test_each_limit_counts_for_itself(limiter: RateLimiter) -> None:
    await used(limiter, 11, "alice")
    assert await limiter.try_use(Limit("other", 10, timedelta(minutes=5)), "alice")


async def test_a_refusal_states_when_the_next_use_is_allowed(limiter: RateLimiter) -> None:
    await used(limiter, 10, "alice")
    with pytest.raises(TooManyRequests) as refused:
        await limiter.use(TEN, "alice")
    assert refused.value.retry_after == 30
    await let_pass(30)
    assert await used(limiter, 2, "alice") == [True, False]


async def test_a_refused_use_makes_the_wait_no_longer(limiter: RateLimiter) -> None:
    await used(limiter, 100, "alice")
    await let_pass(30)
    assert await used(limiter, 1, "alice") == [True]


async def test_a_delayed_request_is_never_refused() -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    limiter = RateLimiter(enabled=True, sleep=sleep)
    for _ in range(13):
        await limiter.slow_down(TEN, "alice")
    assert slept == [SLOW_DOWN] * 3


async def test_without_limits_nothing_is_counted() -> None:
    limiter = RateLimiter(enabled=False)
    assert await used(limiter, 20, "alice") == [True] * 20
    await limiter.use(TEN, "alice")
    assert await RateLimit.count() == 0


async def test_the_sweep_deletes_only_unused_keys(limiter: RateLimiter) -> None:
    await used(limiter, 1, "gone")
    await let_pass(60)
    await used(limiter, 1, "fresh")
    await limiter.sweep()
    assert [row["key"] for row in await RateLimit.select(RateLimit.key)] == ["ten:fresh"]


DAYS = [timedelta(days=3), timedelta(days=-3)]


@pytest.mark.parametrize("off", DAYS)
async def test_a_node_with_a_wrong_clock_does_not_lock_users_out(
    limiter: RateLimiter, wrong_clock: Clock, off: timedelta
) -> None:
    with wrong_clock(off):
        await used(limiter, 1, "alice")
    assert await used(limiter, 10, "alice") == [True] * 9 + [False]


@pytest.mark.parametrize("off", DAYS)
async def test_a_node_with_a_wrong_clock_forgets_no_uses(
    limiter: RateLimiter, wrong_clock: Clock, off: timedelta
) -> None:
    await used(limiter, 10, "alice")
    with wrong_clock(off):
        await limiter.sweep()
        assert await used(limiter, 1, "alice") == [False]
