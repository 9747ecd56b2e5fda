"""Measurements: a load, its processor time, memory, and ratios."""

import resource
import statistics
from collections.abc import Callable, Iterable, Sequence
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
    """CPU milliseconds per request: of the workers, of PostgreSQL, of the parent process, of the
    load generator (and the external system), and of proxies."""

    app: float
    database: float
    parent: float
    client: float
    proxies: float = 0.0


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


def measure(cpu: Callable[[], Sequence[float]], work: Callable[[], LoadResult]) -> Round:
    """Runs the load and measures its cost. `cpu` returns CPU seconds so far, in the order of
    Cost."""
    before = cpu()
    load = work()
    after = cpu()
    each = max(1, load.requests - load.errors) / 1000
    return Round(load, Cost(*((b - a) / each for a, b in zip(before, after, strict=True))))


def cpu_of_shop(shop: Shop, serving: Sequence[psutil.Process]) -> tuple[float, ...]:
    """CPU seconds so far, in the order of Cost. `serving` are the processes that serve."""
    return (
        cpu_of(serving),
        cpu_of_postgres(shop.postmaster),
        cpu_of(shop.helpers),
        cpu_of_client() + cpu_of([shop.partner.process] if shop.partner else []),
    )


def cpu_of(processes: Iterable[psutil.Process]) -> float:
    """CPU seconds so far."""
    return sum(map(_cpu, processes))


def cpu_of_postgres(postmaster: psutil.Process) -> float:
    """CPU seconds so far. The postmaster's include those of backends that have ended."""
    return _cpu(postmaster, with_ended=True) + cpu_of(postmaster.children())


def cpu_of_client() -> float:
    """CPU seconds so far of this process and of children that have ended, as wrk has."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


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
