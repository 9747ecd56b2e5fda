"""Background tasks: they start, continue after errors, and can be stopped."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app import create_app
from shop.background import end, every
from shop.database import DB
from shop.settings import Settings
from shop.start import background_work
from shop.start.services import Shop


async def test_work_is_repeated_after_an_error() -> None:
    twice = asyncio.Event()
    rounds: list[int] = []

    async def work() -> None:
        rounds.append(1)
        if len(rounds) == 1:
            raise RuntimeError("unexpected")
        twice.set()

    async with asyncio.timeout(10), every(0, work, "work"):
        await twice.wait()


async def test_a_task_ends_though_it_swallows_a_cancellation() -> None:
    began = asyncio.Event()
    swallowed: list[int] = []

    async def stubborn() -> None:
        while True:
            try:
                began.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                swallowed.append(1)
                if len(swallowed) > 1:
                    raise

    task = asyncio.create_task(stubborn())
    await began.wait()
    async with asyncio.timeout(10):
        await end(task)
    assert task.cancelled()


@asynccontextmanager
async def separate_pool(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Restores the pool of the tests afterwards."""
    with monkeypatch.context() as patch:
        patch.setattr(DB, "pool", None)
        yield


async def test_a_running_application_sweeps(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    swept = asyncio.Event()

    async def sweep(_: Shop) -> None:
        swept.set()

    monkeypatch.setattr(background_work, "SWEEP", 0)
    monkeypatch.setattr(background_work, "sweep", sweep)
    async with separate_pool(monkeypatch), create_app(settings).lifespan():
        async with asyncio.timeout(10):
            await swept.wait()


async def test_a_step_that_fails_does_not_keep_the_sweep_from_the_others(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    done: list[str] = []

    async def fail() -> None:
        raise RuntimeError("unexpected")

    async def note() -> None:
        done.append("pictures")

    shop = Shop(settings)
    monkeypatch.setattr(shop.orders, "sweep_keys", fail)
    monkeypatch.setattr(shop.pictures, "sweep", note)
    await background_work.sweep(shop)
    assert done == ["pictures"]
    assert "work-failed" in caplog.text
    assert "fail" in caplog.text
