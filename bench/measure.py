"""Measurements: a load, its processor time, memory, and ratios."""

import resource
import statistics
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
import psutil

from bench.client import Stats
from bench.shop import Shop


class LoadResult(msgspec.Struct):
    """Requests within `seconds`; p50 and p99 in milliseconds, None if unknown.

    `orders_per_second` were placed beside them.
    """

    requests: int
    seconds: float
    errors: int = 0
    p50: float | None = None
    p99: float | None = None
    first_error: str = ""
    orders_per_second: float | None = None

    @property
    def rate(self) -> float:
        """Successful requests per second."""
        return (self.requests - self.errors) / self.seconds


class Cost(msgspec.Struct):
    """CPU milliseconds per request: of the workers, of PostgreSQL, of the parent process with the
    mock external system, and of the load generator."""

    app: float
    database: float
    mock: float
    client: float


class Round(msgspec.Struct):
    """A load and its cost."""

    load: LoadResult
    cost: Cost


def summarize(stats: Stats, seconds: float, requests: int = 1) -> LoadResult:
    """The result of a load of `seconds`; each run of a scenario stands for `requests`."""
    times = sorted(stats.times)
    return LoadResult(
        requests=len(times) * requests + stats.errors,
        seconds=seconds,
        errors=stats.errors,
        p50=percentile(times, 0.50),
        p99=percentile(times, 0.99),
        first_error=stats.first_error,
    )


def percentile(ordered: Sequence[float], share: float) -> float | None:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else None


def measure(shop: Shop, serving: Sequence[psutil.Process], work: Callable[[], LoadResult]) -> Round:
    """Runs the load and measures its cost. `serving` are the processes that serve it."""
    before = _cpu_seconds(shop, serving)
    load = work()
    after = _cpu_seconds(shop, serving)
    each = max(1, load.requests - load.errors) / 1000
    return Round(load, Cost(*((b - a) / each for a, b in zip(before, after, strict=True))))


def _cpu_seconds(
    shop: Shop, serving: Sequence[psutil.Process]
) -> tuple[float, float, float, float]:
    """CPU seconds so far, in the order of Cost."""
    postmaster = shop.postmaster
    return (
        sum(_cpu(process) for process in serving),
        # The postmaster's times include those of backends that have ended.
        _cpu(postmaster, with_ended=True) + sum(_cpu(child) for child in postmaster.children()),
        sum(_cpu(process) for process in shop.helpers),
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
    """Megabytes of PSS, in which shared pages count proportionally."""
    database = [shop.postmaster, *shop.postmaster.children()]
    return {
        "workers": _pss(shop.worker_processes),
        "parent": _pss(shop.helpers),
        "database": _pss(database),
    }


def _pss(processes: Sequence[psutil.Process]) -> float:
    total = 0.0
    for process in processes:
        with suppress(psutil.Error):
            total += process.memory_full_info().pss / 1e6
    return total


def median_ratio(above: Sequence[float], below: Sequence[float]) -> float:
    """The median of the ratios of consecutive rounds, which ran under similar conditions."""
    return statistics.median(a / b for a, b in zip(above, below, strict=True))
