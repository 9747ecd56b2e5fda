"""Points to everyone beside orders: how long it takes, and how many orders fewer there are."""

import asyncio
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import asyncpg

from bench.client import run_load
from bench.fill import Scale
from bench.options import Options
from bench.scenarios import place_order
from bench.shop import Shop
from bench.workloads import CLIENTS

MAX_LOSS = 0.10
"""The largest allowed loss of orders a second beside grants."""
MAX_SECONDS = 60.0
CONFIRM = """
    WITH made AS (
        INSERT INTO point_batches
            (created_by, confirmed_by, confirmed_at, status, total, people)
        SELECT 1, 1, now(), 'running', 10 * count(*), count(*) FROM users
        WHERE id BETWEEN 2 AND $1
        RETURNING id
    )
    INSERT INTO point_batch_lines (batch, "user", amount, reason)
    SELECT made.id, users.id, 10, 'bench' FROM made, users WHERE users.id BETWEEN 2 AND $1
"""
LOG = """
    INSERT INTO staff_actions (actor, action, subject, after)
    SELECT 1, 'points.grant-many', 'batch:' || max(id), '{}' FROM point_batches
"""
LEFT = "SELECT count(*) FROM point_batches WHERE status = 'running'"


class Grants(NamedTuple):
    """Points for so many `people`, and how long it took; orders a second without and beside."""

    people: int
    seconds: float
    orders_alone: float
    orders_beside: float

    @property
    def loss(self) -> float:
        return 1 - self.orders_beside / self.orders_alone


def grants_beside_orders(shop: Shop, scale: Scale, options: Options) -> Grants:
    """Alternating rounds of orders alone and beside a list for everyone; the medians."""
    alone, beside, seconds = [], [], []
    round_ = max(10.0, options.seconds)
    _orders_per_second(shop, scale, 2.0)
    for _ in range(options.rounds):
        alone.append(_orders_per_second(shop, scale, round_))
        with _granting(shop, scale.users) as took:
            beside.append(_orders_per_second(shop, scale, round_))
        seconds += took
    return Grants(scale.users - 1, *map(statistics.median, (seconds, alone, beside)))


def _orders_per_second(shop: Shop, scale: Scale, seconds: float) -> float:
    scenarios = [place_order(scale.writer(n), 1, scale.products) for n in range(CLIENTS)]
    return len(run_load(shop.port, scenarios, seconds).times) / seconds


@contextmanager
def _granting(shop: Shop, people: int) -> Iterator[list[float]]:
    """A confirmed list for everyone with a number up to `people`; at the end, the seconds until it
    was done."""
    took: list[float] = []

    async def grant() -> None:
        connection = await asyncpg.connect(shop.database)
        async with connection.transaction():
            await connection.execute(CONFIRM, people)
            await connection.execute(LOG)
        began = time.monotonic()
        while await connection.fetchval(LEFT):  # noqa: ASYNC110 - the event is in the database
            await asyncio.sleep(0.1)
        took.append(time.monotonic() - began)
        await connection.close()

    thread = threading.Thread(target=lambda: asyncio.run(grant()))
    thread.start()
    yield took
    thread.join()


def summary(grants: Grants) -> str:
    return (
        f"points to {grants.people:,} people: {grants.seconds:.1f} s (goal: {MAX_SECONDS:.0f}); "
        f"orders a second {grants.orders_alone:.0f} alone, {grants.orders_beside:.0f} beside it: "
        f"{grants.loss:.0%} fewer (goal: {MAX_LOSS:.0%})"
    )
