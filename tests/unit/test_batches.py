"""Concurrent calls are handled as a batch, and each gets its own result."""

import asyncio
from collections.abc import Sequence

import pytest

from shop.batches import Batches
from shop.errors import Overloaded, ShopError, Unavailable


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


class Doubling:
    """Doubles numbers, batch by batch, as soon as `gate` is open; negative ones are refused."""

    def __init__(self) -> None:
        self.begun = asyncio.Semaphore(0)
        self.gate = asyncio.Event()
        self.gate.set()
        self.batches: list[list[int]] = []
        self.raises: dict[int, Exception] = {}

    async def __call__(self, numbers: list[int]) -> Sequence[int | Exception]:
        self.batches.append(numbers)
        self.begun.release()
        await self.gate.wait()
        for number in numbers:
            if number in self.raises:
                raise self.raises[number]
        return [number * 2 if number >= 0 else ShopError(str(number)) for number in numbers]


@pytest.fixture
def work() -> Doubling:
    return Doubling()


async def submitted(batches: Batches[int, int], *numbers: int) -> list[asyncio.Task[int]]:
    """One after the other, so that the first is alone in its batch."""
    tasks = []
    for number in numbers:
        tasks.append(asyncio.create_task(batches.submit(number)))
        await settled()
    return tasks


async def settled() -> None:
    """Every task has gone as far as it can."""
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_single_call_does_not_wait(work: Doubling) -> None:
    assert await Batches[int, int](work).submit(4) == 8
    assert work.batches == [[4]]


async def test_calls_of_the_same_moment_are_one_batch(work: Doubling) -> None:
    batches = Batches[int, int](work)
    assert await asyncio.gather(*map(batches.submit, [1, 2, 3])) == [2, 4, 6]
    assert work.batches == [[1, 2, 3]]


async def test_calls_during_a_batch_are_the_next_batch(work: Doubling) -> None:
    batches = Batches[int, int](work)
    work.gate.clear()
    tasks = await submitted(batches, 1, 2, 3, 4)
    work.gate.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6, 8]
    assert work.batches == [[1], [2, 3, 4]]


async def test_a_waiting_batch_blocks_no_other(work: Doubling) -> None:
    """Two run at once at the most, and none is larger than allowed."""
    batches = Batches[int, int](work, overlap=0, size=2)
    work.gate.clear()
    tasks = await submitted(batches, 1, 2, 3, 4, 5)
    assert work.batches == [[1], [2]]
    work.gate.set()
    await asyncio.gather(*tasks)
    assert work.batches == [[1], [2], [3, 4], [5]]


async def test_a_second_batch_starts_without_further_calls(work: Doubling) -> None:
    batches = Batches[int, int](work, overlap=0.05)
    work.gate.clear()
    tasks = await submitted(batches, 1, 2, 3)
    await work.begun.acquire()
    await work.begun.acquire()
    assert work.batches == [[1], [2, 3]]
    work.gate.set()
    assert await asyncio.gather(*tasks) == [2, 4, 6]


async def test_after_a_batch_of_several_the_next_one_waits_for_more(work: Doubling) -> None:
    batches = Batches[int, int](work, pause=0.2)
    await asyncio.gather(*map(batches.submit, [1, 2]))
    assert await asyncio.gather(*await submitted(batches, 3, 4, 5)) == [6, 8, 10]
    assert work.batches == [[1, 2], [3, 4, 5]]


async def test_after_a_batch_of_one_the_next_one_does_not_wait(work: Doubling) -> None:
    batches = Batches[int, int](work, pause=60)
    for number in (1, 2, 3):
        assert await batches.submit(number) == number * 2
    assert work.batches == [[1], [2], [3]]


async def test_a_full_batch_does_not_wait(work: Doubling) -> None:
    batches = Batches[int, int](work, pause=60, size=2)
    assert await asyncio.gather(*map(batches.submit, range(6))) == [0, 2, 4, 6, 8, 10]
    assert work.batches == [[0, 1], [2, 3], [4, 5]]


async def test_one_refusal_refuses_one_call(work: Doubling) -> None:
    batches = Batches[int, int](work)
    work.gate.clear()
    tasks = await submitted(batches, 0, *[n if n % 2 else -n for n in range(1, 65)])
    work.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert results[1::2] == [n * 2 for n in range(1, 65) if n % 2]
    refused = results[2::2]
    assert [str(error) for error in refused] == [str(-n) for n in range(1, 65) if n % 2 == 0]


async def test_an_unexpected_error_fails_only_its_culprit(work: Doubling) -> None:
    batches = Batches[int, int](work)
    work.raises[3] = RuntimeError("three")
    work.gate.clear()
    tasks = await submitted(batches, 1, 2, 3, 4)
    work.gate.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [results[place] for place in (0, 1, 3)] == [2, 4, 8]
    assert str(results[2]) == "three"
    assert work.batches == [[1], [2, 3, 4], [2], [3], [4]]


async def test_an_unreachable_database_is_tried_once_a_batch(work: Doubling) -> None:
    batches = Batches[int, int](work)
    work.raises[3] = Unavailable("away")
    work.gate.clear()
    tasks = await submitted(batches, 1, 2, 3)
    work.gate.set()
    first, *others = await asyncio.gather(*tasks, return_exceptions=True)
    assert first == 2
    assert [type(error) for error in others] == [Unavailable, Unavailable]
    assert work.batches == [[1], [2, 3]]


async def test_beyond_the_limit_a_call_is_refused_at_once(work: Doubling) -> None:
    batches = Batches[int, int](work, limit=3)
    work.gate.clear()
    tasks = await submitted(batches, 0, 1, 2, 3)
    with pytest.raises(Overloaded):
        await batches.submit(4)
    work.gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6]


async def test_a_call_that_waited_too_long_is_refused(work: Doubling) -> None:
    batches = Batches[int, int](work, max_wait=-1)
    with pytest.raises(Overloaded):
        await batches.submit(1)
    assert work.batches == []


async def test_a_cancelled_caller_blocks_no_other(work: Doubling) -> None:
    batches = Batches[int, int](work)
    work.gate.clear()
    begun, waiting, other = await submitted(batches, 1, 2, 3)
    begun.cancel()
    waiting.cancel()
    await settled()
    work.gate.set()
    assert await other == 6
    assert work.batches == [[1], [3]]


async def test_callers_of_a_batch_that_is_cancelled_are_cancelled(work: Doubling) -> None:
    batches = Batches[int, int](work)
    work.gate.clear()
    [task] = await submitted(batches, 1)
    [batch] = batches._running
    batch.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
