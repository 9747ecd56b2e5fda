"""What a process reports of its pool, its page cache, its queue of orders, and its clock."""

import asyncio
import time
from typing import Any

import pytest
from prometheus_client import REGISTRY

from shop.batches import Batches
from shop.database import DB
from shop.metrics.process import ProcessMetrics


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


class Pages:
    uses = {"hit": 3, "revalidated": 2, "miss": 1}

    def __len__(self) -> int:
        return 7


@pytest.fixture
def queue() -> Batches[int, int]:
    async def work(items: list[int]) -> list[int]:
        await asyncio.sleep(0.05)
        return items

    return Batches(work, size=2, overlap=10)


@pytest.fixture
def metrics(queue: Batches[int, int]) -> ProcessMetrics:
    return ProcessMetrics(Pages(), queue)  # type: ignore[arg-type]


async def test_the_cache_is_reported_once(metrics: ProcessMetrics) -> None:
    before = {kind: value("shop_page_cache_total", of=kind) for kind in Pages.uses}
    await metrics.sample()
    await metrics.sample()
    for kind, count in Pages.uses.items():
        assert value("shop_page_cache_total", of=kind) == before[kind] + count
    assert value("shop_page_cache_entries") == 7


async def test_orders_that_wait_and_batches_are_reported(
    metrics: ProcessMetrics, queue: Batches[int, int]
) -> None:
    batches, items = value("shop_order_batches_total"), value("shop_order_batch_items_total")
    calls = [asyncio.create_task(queue.submit(n)) for n in range(5)]
    await asyncio.sleep(0.01)
    await metrics.sample()
    assert value("shop_order_batch_waiting") == 3
    await asyncio.gather(*calls)
    await metrics.sample()
    assert value("shop_order_batch_waiting") == 0
    assert value("shop_order_batches_total") - batches == 3
    assert value("shop_order_batch_items_total") - items == 5


async def acquire() -> Any:
    assert DB.pool
    return await DB.pool.acquire()


@pytest.mark.committed
async def test_the_pool_is_reported(metrics: ProcessMetrics) -> None:
    assert DB.pool
    size = DB.pool.get_max_size()
    held = [await acquire() for _ in range(size)]
    waiting = asyncio.create_task(acquire())
    await asyncio.sleep(0.01)
    await metrics.sample()
    assert value("shop_database_connections", of="open") == size
    assert value("shop_database_connections", of="idle") == 0
    assert value("shop_database_waiting") == 1
    await DB.pool.release(held.pop())
    for connection in [*held, await waiting]:
        await DB.pool.release(connection)
    await metrics.sample()
    assert value("shop_database_connections", of="idle") == size
    assert value("shop_database_waiting") == 0


@pytest.mark.committed
async def test_a_wrong_clock_is_logged_once_and_again_when_it_is_right(
    metrics: ProcessMetrics, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    real = time.time
    monkeypatch.setattr("shop.metrics.process.time.time", lambda: real() + 3 * 86_400)
    await metrics.check_clock()
    await metrics.check_clock()
    assert abs(value("shop_clock_offset_seconds") - 3 * 86_400) < 5
    monkeypatch.setattr("shop.metrics.process.time.time", real)
    await metrics.check_clock()
    assert abs(value("shop_clock_offset_seconds")) < 5
    events = [r.getMessage() for r in caplog.records if "clock-" in r.getMessage()]
    assert ["clock-wrong" in events[0], "clock-right" in events[1], len(events)] == [True, True, 2]
