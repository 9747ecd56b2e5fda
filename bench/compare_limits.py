"""Compares the shop with its limits."""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from bench.constant_server import ConstantServer, constant_server
from bench.fill import Scale
from bench.get_load import WRK
from bench.measure import memory
from bench.options import Options
from bench.results import (
    Goal,
    Limit,
    Result,
    error_lines,
    goal_lines,
    machine,
    pace_lines,
    save,
    table,
)
from bench.shop import BenchError, Shop
from bench.statements import count_statements
from bench.targets import Targets, interleave
from bench.workloads import Workload, selected

STARTS = 3
MAX_START = 1.5  # seconds
MAX_MEMORY = 250  # megabytes


@contextmanager
def shop_folder(options: Options, name: str) -> Iterator[Path]:
    """A temporary folder, or one below `options.data`, which stays."""
    if options.data:
        folder = options.data.resolve() / name
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="pointmall-bench-") as made:
        yield Path(made).resolve()


def compare_limits(options: Options) -> None:
    """Measures, prints a table, saves JSON.

    Raises BenchError if a request or the audit fails.
    """
    description = machine() | {"scale": options.scale, "workers": options.workers}
    with shop_folder(options, f"shop-{options.scale}") as folder:
        shop = Shop(folder, workers=options.workers)
        scale = Scale(options.scale)
        click.echo(
            f"filled in {shop.fill(scale):.1f} s; load from {'wrk' if WRK else 'the own client'}"
        )
        with shop.running():
            results = _measure_all(Targets(shop, scale, folder), options)
            used = memory(shop)
        goals = [goal for result in results for goal in result.goals()]
        goals += [_start(shop), _memory(used, options.workers)]
        click.echo(f"\n{table(results)}\n\n{goal_lines(goals)}\n\nmemory, MB (PSS): {used}")
        click.echo(
            "\n".join(line for each in results for line in pace_lines(each.name, each.rounds))
        )
        content = {"machine": description, "results": results, "goals": goals, "memory": used}
        click.echo(f"{save('bench', content)}\n\nThe audit:\n{shop.litestar('audit')}")
    if errors := list(error_lines(results)):
        raise BenchError("\n".join(errors))


def _measure_all(targets: Targets, options: Options) -> list[Result]:
    workloads = list(selected(options.only))
    pages = {
        _constant_path(workload): targets.sample(workload).first
        for workload in workloads
        if workload.constant
    }
    with ExitStack() as stack:
        server = None
        if pages:
            server = stack.enter_context(
                constant_server(targets.folder, pages, targets.shop.workers)
            )
        return [_measure(targets, workload, server, options) for workload in workloads]


def _constant_path(workload: Workload) -> str:
    return "/" + "-".join(workload.name.replace(",", "").split())


def _measure(
    targets: Targets, workload: Workload, server: ConstantServer | None, options: Options
) -> Result:
    click.echo(workload.name)
    limits, others = [], []
    if workload.constant and server:
        others.append(targets.constant(workload, server, _constant_path(workload)))
        limits.append(Limit(others[-1].name, workload.constant))
    for script in workload.scripts:
        others.append(targets.pgbench(workload, script))
        statements = count_statements(script.file) / script.requests if script.file else None
        limits.append(Limit(script.name, script.goal, statements))
    shop = targets.for_shop(workload)
    ours, *theirs = interleave([shop, *others], options.seconds, options.rounds)
    for limit, rounds in zip(limits, theirs, strict=True):
        limit.rounds = rounds
    return Result(workload.name, ours, limits, targets.queries(workload), workload.slowest)


def _start(shop: Shop) -> Goal:
    """Seconds to start a migrated shop with its database. It must not be running."""
    took = []
    for _ in range(STARTS):
        with shop.running() as seconds:
            took.append(seconds)
    value = statistics.median(took)
    return Goal("start to the first 200, s", value, f"< {MAX_START}", value < MAX_START)


def _memory(used: dict[str, float], workers: int) -> Goal:
    value = used["workers"] + used["parent"]
    name = f"memory, {workers} workers, MB"
    return Goal(name, value, f"< {MAX_MEMORY}", value < MAX_MEMORY)
