"""What is measured: a load, what it cost, and what a ratio of two of them is."""

import resource
import statistics
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
import psutil

from bench.client import Tally
from bench.shop import Shop


class Load(msgspec.Struct):
    """Requests that were answered in so many seconds; p50 and p99 in milliseconds, where known."""

    requests: int
    seconds: float
    errors: int = 0
    p50: float | None = None
    p99: float | None = None
    first_error: str = ""

    @property
    def rate(self) -> float:
        """Right answers a second."""
        return (self.requests - self.errors) / self.seconds


class Cost(msgspec.Struct):
    """CPU milliseconds a request: of the workers that serve, of the shop's database, of the process
    that starts its workers and runs the mock external system, and of whoever made the load."""

    app: float
    database: float
    mock: float
    client: float


class Round(msgspec.Struct):
    """One load and its cost."""

    load: Load
    cost: Cost


def load_of(tally: Tally, seconds: float, requests: int = 1) -> Load:
    """The load that a tally of turns is, each worth so many `requests`."""
    times = sorted(tally.times)
    return Load(
        requests=len(times) * requests + tally.errors,
        seconds=seconds,
        errors=tally.errors,
        p50=percentile(times, 0.50),
        p99=percentile(times, 0.99),
        first_error=tally.first_error,
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else None


def measured(shop: Shop, serving: Sequence[psutil.Process], work: Callable[[], Load]) -> Round:
    """Runs the load, and says what it cost those who serve it, and the shop's database and mock."""
    before = _spent(shop, serving)
    load = work()
    after = _spent(shop, serving)
    each = max(1, load.requests - load.errors) / 1000
    return Round(load, Cost(*((b - a) / each for a, b in zip(before, after, strict=True))))


def _spent(shop: Shop, serving: Sequence[psutil.Process]) -> tuple[float, float, float, float]:
    """CPU seconds so far, in the order of Cost."""
    postmaster = shop.postmaster
    return (
        sum(_cpu(process) for process in serving),
        # What a backend took is added to the postmaster's account when it ends.
        _cpu(postmaster, with_ended=True) + sum(_cpu(child) for child in postmaster.children()),
        sum(_cpu(process) for process in shop.beside),
        sum(
            usage.ru_utime + usage.ru_stime
            for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
        ),
    )


def _cpu(process: psutil.Process, with_ended: bool = False) -> float:
    with suppress(psutil.NoSuchProcess):
        times = process.cpu_times()
        ended = times.children_user + times.children_system if with_ended else 0
        return float(times.user + times.system + ended)
    return 0.0


def memory(shop: Shop) -> dict[str, float]:
    """Megabytes (PSS: pages that several processes share are counted once, in parts)."""
    database = [shop.postmaster, *shop.postmaster.children()]
    return {
        "workers": _pss(shop.serving),
        "parent": _pss(shop.beside),
        "database": _pss(database),
    }


def _pss(processes: Sequence[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        with suppress(psutil.Error):
            total += process.memory_full_info().pss / 1e6
    return total


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """Pair by pair, because two rounds beside each other meet the same machine; the median."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))
