"""What can be measured: a running shop, and its limits."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil

from bench import pages
from bench.background import CONNECTIONS, paced
from bench.client import run_load, run_times
from bench.constant_server import ConstantServer
from bench.fill import Scale
from bench.get_load import get_load
from bench.measure import LoadResult, Round, cpu_of_shop, measure, summarize
from bench.pgbench import pgbench
from bench.scenarios import place_order
from bench.shop import BenchError, Shop
from bench.statements import Statement, capture_statements
from bench.workloads import Script, Workload

COUNTED = 10
"""Runs of a scenario for which statements are counted."""
REPLAYED = 20
"""Requests whose queries pgbench repeats."""
PIECE = 4.0
"""Seconds of a longer warm-up after which its connections are new."""

Work = Callable[[float], LoadResult]
"""A load of this many seconds."""


class Target(NamedTuple):
    """Something that can be measured; `cpu` returns CPU seconds so far, in the order of Cost."""

    name: str
    work: Work
    cpu: Callable[[], Sequence[float]]
    warm_up: float = 1.0

    def round(self, seconds: float) -> Round:
        return measure(self.cpu, partial(self.work, seconds))


class Targets:
    """The targets for one running shop. `folder` is for files that the load generators read."""

    def __init__(self, shop: Shop, scale: Scale, folder: Path) -> None:
        self.shop, self.scale, self.folder = shop, scale, folder
        self._samples: dict[str, pages.Sample] = {}

    def for_shop(self, workload: Workload) -> Target:
        work = self._page_load(workload, self.shop.port)
        if workload.orders_per_second:
            work = partial(self._beside_orders, work, workload.orders_per_second)
        if workload.partner_seconds:
            work = partial(self._with_slow_partner, work, workload.partner_seconds)
        return Target("shop", work, self._cpu(self.shop.worker_processes), workload.warm_up)

    def constant(self, workload: Workload, server: ConstantServer, path: str) -> Target:
        """The constant server under the same load; it serves the page at `path`."""
        work = self._page_load(workload, server.port, path)
        return Target("constant bytes", work, self._cpu(server.processes))

    def pgbench(self, workload: Workload, script: Script) -> Target:
        first, last = workload.products(self.scale)
        variables = {
            "first_writer": self.scale.writer(workload.clients),  # other users than the shop's load
            "first_product": first,
            "last_product": last,
        }
        files, requests = self._files(workload, script)
        work = partial(pgbench, self.shop.database, files, variables, workload.clients)
        return Target(script.name, lambda seconds: work(seconds, requests), self._cpu([]))

    def queries(self, workload: Workload) -> float:
        """The number of statements that the shop sends for one run of the scenario."""
        work = partial(run_times, self.shop.port, workload.extra_scenario(self.scale), COUNTED)
        return len(capture_statements(self.shop, work)) / COUNTED

    def sample(self, workload: Workload) -> pages.Sample:
        assert workload.requests
        if workload.name not in self._samples:
            found = asyncio.run(pages.take_sample(self.shop.port, workload.requests(self.scale)))
            self._samples[workload.name] = found
        return self._samples[workload.name]

    def _cpu(self, serving: Sequence[psutil.Process]) -> Callable[[], Sequence[float]]:
        return partial(cpu_of_shop, self.shop, serving)

    def _page_load(self, workload: Workload, port: int, path: str | None = None) -> Work:
        if workload.requests is None:
            return scenario_load(workload, self.scale, port)
        requests = workload.requests(self.scale)
        if path:
            requests = [request._replace(path=path) for request in requests]
        sample = self.sample(workload)
        return lambda seconds: get_load(
            port, requests, sample, workload.clients, seconds, self.folder
        )

    def _beside_orders(self, work: Work, per_second: int, seconds: float) -> LoadResult:
        """The load, while orders are placed at this pace. Their errors are errors of the load."""
        products = (1, self.scale.products)
        scenarios = [place_order(self.scale.writer(n), *products) for n in range(CONNECTIONS)]
        with paced(self.shop.port, scenarios, per_second) as orders:
            load = work(seconds)
            load.orders_per_second = len(orders.times) / load.seconds
        load.errors += orders.errors
        load.first_error = load.first_error or orders.first_error
        return load

    def _with_slow_partner(self, work: Work, delay: float, seconds: float) -> LoadResult:
        self.shop.slow_down_partner(delay)
        return work(seconds)

    def _files(self, workload: Workload, script: Script) -> tuple[list[Path], float]:
        """The pgbench scripts, and how many requests one run of a script stands for."""
        if script.file:
            return [script.file], script.requests
        assert workload.requests
        requests = workload.requests(self.scale)[:REPLAYED]
        queries = _queries(capture_statements(self.shop, lambda: self._send_each(requests)))
        files = [self.folder / f"query-{number}.sql" for number, _ in enumerate(queries)]
        for file, query in zip(files, queries, strict=True):
            file.write_text(f"{query.inlined};\n")
        return files, len(requests) / len(queries)

    def _send_each(self, requests: Sequence[pages.PageRequest]) -> None:
        for request in requests:
            run_times(self.shop.port, pages.random_get([request]), 1)


def scenario_load(workload: Workload, scale: Scale, port: int) -> Work:
    scenarios = workload.scenarios(scale)
    return lambda seconds: summarize(run_load(port, scenarios, seconds), seconds)


def _queries(sent: Sequence[Statement]) -> list[Statement]:
    found = [statement for statement in sent if statement.sql.startswith(("SELECT", "WITH"))]
    if not found:
        raise BenchError("The shop has sent no query.")
    return found


def _warm_up(target: Target) -> None:
    """In pieces: a connection stays with the worker that has accepted it, and one of the workers
    may have none."""
    pieces = max(1, round(target.warm_up / PIECE))
    for _ in range(pieces):
        target.work(target.warm_up / pieces)


def interleave(targets: Sequence[Target], seconds: float, rounds: int) -> list[list[Round]]:
    """The rounds of each target, in the order A B, B A, so that other load on the machine affects
    all of them equally."""
    for target in targets:
        _warm_up(target)
    found: list[list[Round]] = [[] for _ in targets]
    order = list(zip(targets, found, strict=True))
    for _ in range(rounds):
        for target, results in order:
            results.append(target.round(seconds))
        order.reverse()
    return found
