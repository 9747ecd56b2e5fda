"""Requests at a fixed pace beside another load."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.client import ERRORS, Scenario, Stats, connect

CONNECTIONS = 10
"""With these, no request waits for another that takes less than CONNECTIONS / pace seconds."""


@contextmanager
def paced(port: int, scenarios: list[Scenario], per_second: float) -> Iterator[Stats]:
    """Runs the scenarios in a thread for the block: one connection each, `per_second` in all.

    A late run starts at once. A scenario ends with its first error. Durations in the result start
    when a run is due.
    """
    stats, stop = Stats(), threading.Event()

    async def run(scenario: Scenario, due: float) -> None:
        try:
            async with connect(port) as connection:
                while not stop.is_set():
                    await asyncio.sleep(due - time.perf_counter())
                    await scenario(connection)
                    stats.times.append((time.perf_counter() - due) * 1000)
                    due += len(scenarios) / per_second
        except ERRORS as error:
            stats.add_error(error)

    async def run_all() -> None:
        start = time.perf_counter()
        runs = (run(each, start + number / per_second) for number, each in enumerate(scenarios))
        await asyncio.gather(*runs)

    thread = threading.Thread(target=lambda: asyncio.run(run_all()))
    thread.start()
    try:
        yield stats
    finally:
        stop.set()
        thread.join()
