"""Compares three nodes with one, in turn, on one database, with the proxies of `deploy/`."""

import asyncio
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import click
import msgspec
import psutil

from bench import pages
from bench.fill import Scale, fill
from bench.get_load import get_load
from bench.measure import Round, cpu_of, cpu_of_client, cpu_of_postgres, median_ratio
from bench.options import Options
from bench.results import aligned, machine, median_of, rates, save
from bench.shop import BenchError
from bench.targets import Target, Work, interleave, scenario_load
from bench.workloads import CLIENTS, Workload, selected
from tests.faults.parts import Partner
from tests.nodes.databases import Databases, Host, url_of
from tests.nodes.node import Node
from tests.nodes.proxies import are_installed, balanced, pooled

NODES = 3
NAMES = (
    "catalogue page, guest",
    "catalogue page, signed in",
    "product page, signed in",
    "like and unlike in turn",
    "order of one product",
    "order, all for one product",
)
HEADINGS = (
    "workload", "rate/s", "p50 ms", "p99 ms", "app ms", "db ms", "proxies ms", "client ms",
    "to one", "to one behind",
)  # fmt: skip
PROXIES = {"haproxy", "pgbouncer"}
ONE, BEHIND, THREE = "one node", "one node, proxies", "three nodes, proxies"


class Setup(NamedTuple):
    """Nodes, and the port that clients use."""

    name: str
    port: int
    nodes: Sequence[Node]


class Comparison(msgspec.Struct):
    """One workload: the rounds of each setup, in the same order."""

    name: str
    rounds: dict[str, list[Round]]


def compare_nodes(options: Options) -> None:
    """Measures all setups, prints a table, saves JSON, and audits.

    Raises BenchError, also if a request fails.
    """
    if not are_installed():
        raise BenchError("HAProxy and PgBouncer are not installed.")
    description = machine() | {"scale": options.scale, "workers": options.workers}
    with tempfile.TemporaryDirectory(prefix="pointmall-bench-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)  # the databases' own user must reach its folders
        with set_up(folder, options) as (databases, partner, setups):
            scale = Scale(options.scale)
            asyncio.run(fill(url_of(databases.current), scale))
            measure = partial(_measure, folder, databases, partner, setups, scale, options)
            comparisons = [
                measure(workload) for workload in selected(options.only) if workload.name in NAMES
            ]
            audit = setups[0].nodes[0].audit()
    click.echo(f"\n{_table(comparisons)}\n")
    click.echo(save("nodes", {"machine": description, "workloads": comparisons}))
    click.echo(audit.stdout)
    if audit.returncode:
        raise BenchError("The books are wrong.")


@contextmanager
def set_up(folder: Path, options: Options) -> Iterator[tuple[Databases, Partner, list[Setup]]]:
    """A primary with a synchronous standby, and the setups, all of which use it."""
    settings = {"SHOP_DEMO": "off", "SHOP_WORKERS": str(options.workers)}
    with ExitStack() as stack:
        partner = Partner()
        stack.callback(partner.stop)
        databases = Databases(folder)
        stack.callback(databases.stop)
        direct = {"SHOP_STATEMENT_CACHE": "100"}
        alone = Node(folder, "alone", url_of(databases.current), partner.url, **settings | direct)
        dsn = stack.enter_context(pooled(folder, databases, lambda host: host.socket))
        nodes = [Node(folder, f"node-{n}", dsn, partner.url, **settings) for n in range(NODES)]
        for node in (alone, *nodes):
            stack.callback(node.stop)
            node.start()
        setups = [Setup(ONE, alone.port, [alone])]
        for name, some in ((BEHIND, nodes[:1]), (THREE, nodes)):
            url = stack.enter_context(balanced(folder, [node.port for node in some]))
            setups.append(Setup(name, urlsplit(url).port or 0, some))
        yield databases, partner, setups


def _measure(
    folder: Path,
    databases: Databases,
    partner: Partner,
    setups: Sequence[Setup],
    scale: Scale,
    options: Options,
    workload: Workload,
) -> Comparison:
    click.echo(workload.name)
    targets = [
        Target(
            setup.name,
            _work(workload, scale, setup.port, folder),
            partial(_cpu, setup.nodes, databases.hosts, partner),
            workload.warm_up,
        )
        for setup in setups
    ]
    found = interleave(targets, options.seconds, options.rounds)
    for each in (each for rounds in found for each in rounds):
        if each.load.errors:
            raise BenchError(f"{workload.name}: {each.load.first_error or 'failed requests'}")
    names = [setup.name for setup in setups]
    return Comparison(workload.name, dict(zip(names, found, strict=True)))


def _work(workload: Workload, scale: Scale, port: int, folder: Path) -> Work:
    if workload.requests is None:
        return scenario_load(workload, scale, port)
    requests = workload.requests(scale)
    sample = asyncio.run(pages.take_sample(port, requests))
    return lambda seconds: get_load(port, requests, sample, CLIENTS, seconds, folder)


def _cpu(nodes: Sequence[Node], hosts: Sequence[Host], partner: Partner) -> tuple[float, ...]:
    """CPU seconds so far, in the order of Cost: of these nodes, both databases, the partner, the
    load generator, and all proxies."""
    children = psutil.Process().children()
    return (
        sum(cpu_of(node.processes) for node in nodes),
        sum(cpu_of_postgres(host.postmaster) for host in hosts),
        cpu_of([partner.process]),
        cpu_of_client(),
        cpu_of(child for child in children if child.name() in PROXIES),
    )


def _table(comparisons: Sequence[Comparison]) -> str:
    rows = [list(HEADINGS)]
    for each in comparisons:
        rows.append([each.name, *[""] * (len(HEADINGS) - 1)])
        rows += [_row(name, each) for name in each.rounds]
    return aligned(rows)


def _row(name: str, found: Comparison) -> list[str]:
    rounds = found.rounds[name]
    costs = [each.cost for each in rounds]
    return [
        f"  {name}",
        f"{statistics.median(rates(rounds)):,.0f}",
        *(f"{median_of(rounds, which):.1f}" for which in ("p50", "p99")),
        *(
            f"{statistics.median(getattr(cost, which) for cost in costs):.2f}"
            for which in ("app", "database", "proxies", "client")
        ),
        *(
            f"{median_ratio(rates(rounds), rates(found.rounds[other])):.2f}"
            for other in (ONE, BEHIND)
        ),
    ]
