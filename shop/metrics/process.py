"""What only a process knows of itself: its pool, its cache, its queue of orders, and its clock."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import Counter, Gauge

from shop.background import every
from shop.batches import Batches
from shop.database import DB
from shop.errors import Unavailable
from shop.logs import get_logger
from shop.web.cache.pages import PageCache

log = get_logger("shop.metrics")

SAMPLING = 5.0  # seconds
CLOCK_CHECK = 60.0  # seconds
WRONG_CLOCK = 30.0
"""Seconds of difference to the database's clock that are logged."""

CONNECTIONS = Gauge(
    "shop_database_connections", "Of the pools.", ["of"], multiprocess_mode="livesum"
)
POOL_WAITING = Gauge(
    "shop_database_waiting", "Requests that wait for a connection.", multiprocess_mode="livesum"
)
PAGES = Gauge("shop_page_cache_entries", "Cached responses.", multiprocess_mode="livesum")
PAGE_USES = Counter("shop_page_cache", "Cacheable requests, by what the cache had.", ["of"])
ORDERS_WAITING = Gauge(
    "shop_order_batch_waiting", "Orders that wait for a batch.", multiprocess_mode="livesum"
)
BATCHES = Counter("shop_order_batches", "Transactions that placed orders.")
BATCHED = Counter("shop_order_batch_items", "Orders in them.")
CLOCK = Gauge(
    "shop_clock_offset_seconds", "Ahead of the database's.", multiprocess_mode="livemostrecent"
)


class ProcessMetrics:
    """Counts are kept by those who count, and reported here: a request does not write metrics."""

    def __init__(self, pages: PageCache, orders: Batches[Any, Any]) -> None:
        self._pages, self._orders = pages, orders
        self._reported: dict[Counter, float] = {}
        self._clock_is_wrong = False

    @asynccontextmanager
    async def sampled(self) -> AsyncIterator[None]:
        """Samples until the block ends."""
        await self.check_clock()
        samples = every(SAMPLING, self.sample, "metrics")
        async with samples, every(CLOCK_CHECK, self.check_clock, "clock"):
            yield

    async def sample(self) -> None:
        pool = DB.pool_use()
        CONNECTIONS.labels("open").set(pool.open)
        CONNECTIONS.labels("idle").set(pool.idle)
        POOL_WAITING.set(pool.waiting)
        PAGES.set(len(self._pages))
        for kind, count in self._pages.uses.items():
            self._report(PAGE_USES.labels(kind), count)
        ORDERS_WAITING.set(self._orders.waiting)
        self._report(BATCHES, self._orders.begun)
        self._report(BATCHED, self._orders.taken)

    def _report(self, counter: Counter, count: int) -> None:
        counter.inc(count - self._reported.get(counter, 0))
        self._reported[counter] = count

    async def check_clock(self) -> None:
        """Compares the clocks, and logs once if this one is wrong, and when it is right again."""
        try:
            before = time.time()
            [row] = await DB.fetch("SELECT extract(epoch FROM clock_timestamp())::float AS it", ())
        except Unavailable:
            return
        offset = (before + time.time()) / 2 - row["it"]
        CLOCK.set(offset)
        if (abs(offset) > WRONG_CLOCK) != self._clock_is_wrong:
            self._clock_is_wrong = not self._clock_is_wrong
            event = "clock-wrong" if self._clock_is_wrong else "clock-right"
            log.warning(event, seconds_ahead=round(offset))
