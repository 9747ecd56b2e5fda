"""A shop that runs, and everybody who can be measured on it: the shop itself and its limits."""

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import psutil

from bench import pages
from bench.client import load, take
from bench.constant_server import Constant
from bench.fill import Scale
from bench.get_load import plain_load
from bench.measure import Load, Round, load_of, measured
from bench.pgbench import pgbench
from bench.shop import BenchError, Shop
from bench.statements import Statement, statements_of
from bench.workloads import CLIENTS, Script, Workload

COUNTED = 10
"""Turns of which the statements are counted."""
REPLAYED = 20
"""Visits whose queries pgbench runs."""


class Contender(NamedTuple):
    """Somebody who can be given a load for so many seconds; `serving` are its processes."""

    name: str
    shop: Shop
    serving: list[psutil.Process]
    work: Callable[[float], Load]
    warm_up: float = 1.0

    def round(self, seconds: float) -> Round:
        return measured(self.shop, self.serving, partial(self.work, seconds))


class Stage:
    """`folder` is for what the tools of the load are handed."""

    def __init__(self, shop: Shop, scale: Scale, folder: Path) -> None:
        self.shop, self.scale, self.folder = shop, scale, folder
        self._samples: dict[str, pages.Sample] = {}

    def the_shop(self, workload: Workload, name: str = "shop") -> Contender:
        if workload.visits:
            work = self._visits(workload, self.shop.port)
            return Contender(name, self.shop, self.shop.serving, work, workload.warm_up)
        turns = workload.turns(self.scale)

        def ask(seconds: float) -> Load:
            return load_of(load(self.shop.port, turns, seconds), seconds)

        return Contender(name, self.shop, self.shop.serving, ask)

    def constant(self, workload: Workload, server: Constant, path: str) -> Contender:
        """The constant server, which sends this page for `path`, under the same load."""
        work = self._visits(workload, server.port, path)
        return Contender("constant bytes", self.shop, server.serving, work)

    def pgbench(self, workload: Workload, script: Script) -> Contender:
        first, last = workload.products(self.scale)
        variables = {
            "first_writer": self.scale.writer(CLIENTS),  # not those that the shop is asked for
            "first_product": first,
            "last_product": last,
        }
        files, requests = self._files(workload, script)
        work = partial(pgbench, self.shop.database, files, variables, CLIENTS)
        return Contender(script.name, self.shop, [], lambda seconds: work(seconds, requests))

    def queries(self, workload: Workload) -> float:
        """How many statements the shop sends for one turn."""
        turn = workload.one_turn(self.scale)
        port = self.shop.port
        return len(statements_of(self.shop, lambda: take(port, turn, COUNTED))) / COUNTED

    def sample(self, workload: Workload) -> pages.Sample:
        assert workload.visits
        if workload.name not in self._samples:
            found = asyncio.run(pages.sample(self.shop.port, workload.visits(self.scale)))
            self._samples[workload.name] = found
        return self._samples[workload.name]

    def _visits(
        self, workload: Workload, port: int, path: str | None = None
    ) -> Callable[[float], Load]:
        assert workload.visits
        visits = workload.visits(self.scale)
        if path:
            visits = [visit._replace(path=path) for visit in visits]
        sample = self.sample(workload)
        return lambda seconds: plain_load(port, visits, sample, CLIENTS, seconds, self.folder)

    def _files(self, workload: Workload, script: Script) -> tuple[list[Path], float]:
        """The scripts, and how many requests each is worth. Where none is written, they are the
        very queries that the shop sends for some of the visits, one a script."""
        if script.file:
            return [script.file], script.requests
        assert workload.visits
        visits = workload.visits(self.scale)[:REPLAYED]
        queries = _queries(statements_of(self.shop, lambda: self._go_to_each(visits)))
        files = [self.folder / f"query-{number}.sql" for number, _ in enumerate(queries)]
        for file, query in zip(files, queries, strict=True):
            file.write_text(f"{query.whole};\n")
        return files, len(visits) / len(queries)

    def _go_to_each(self, visits: Sequence[pages.Visit]) -> None:
        for visit in visits:
            take(self.shop.port, pages.visiting([visit]), 1)


def _queries(sent: Sequence[Statement]) -> list[Statement]:
    found = [statement for statement in sent if statement.sql.startswith(("SELECT", "WITH"))]
    if not found:
        raise BenchError("The shop has sent no query.")
    return found


def turn_by_turn(contenders: Sequence[Contender], seconds: float, rounds: int) -> list[list[Round]]:
    """The rounds of each, in short turns there and back (A B, B A), so that what else the machine
    is busy with meets all of them alike."""
    for contender in contenders:
        contender.work(contender.warm_up)
    found: list[list[Round]] = [[] for _ in contenders]
    turns = list(zip(contenders, found, strict=True))
    for _ in range(rounds):
        for contender, its in turns:
            its.append(contender.round(seconds))
        turns.reverse()
    return found
