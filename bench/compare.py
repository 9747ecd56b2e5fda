"""The shop beside its limits, workload by workload, in one run."""

import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click

from bench.constant_server import Constant, constant_server
from bench.fill import Scale
from bench.get_load import WRK
from bench.measure import memory
from bench.options import Options
from bench.results import Goal, Limit, Result, first_errors, goal_lines, keep, machine, table
from bench.shop import Shop
from bench.stage import Stage, turn_by_turn
from bench.statements import count_in
from bench.workloads import Workload, chosen

STARTS = 3
FASTEST_START = 1.5  # seconds
LEAST_MEMORY = 250  # megabytes


@contextmanager
def shop_folder(options: Options, name: str) -> Iterator[Path]:
    """A new folder, gone at the end; or one of the folder given, which is kept."""
    if options.data:
        folder = options.data.resolve() / name
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
        return
    with tempfile.TemporaryDirectory(prefix="pointmall-bench-") as made:
        yield Path(made).resolve()


def compare(options: Options) -> None:
    """Measures, prints, keeps. Raises BenchError where the audit finds the books wrong."""
    described = machine() | {"scale": options.scale, "workers": options.workers}
    with shop_folder(options, f"shop-{options.scale}") as folder:
        shop = Shop(folder, workers=options.workers)
        scale = Scale(options.scale)
        click.echo(f"filled in {shop.fill(scale):.1f} s; load by {'wrk' if WRK else 'our client'}")
        with shop.running():
            results = _all(Stage(shop, scale, folder), options)
            used = memory(shop)
        goals = [goal for result in results for goal in result.goals()]
        goals += [_start(shop), _memory(used, options.workers)]
        click.echo(f"\n{table(results)}\n\n{goal_lines(goals)}\n\nmemory, MB (PSS): {used}")
        click.echo("\n".join(first_errors(results)))
        content = {"machine": described, "results": results, "goals": goals, "memory": used}
        click.echo(f"{keep('bench', content)}\n\nThe audit:\n{shop.litestar('audit')}")


def _all(stage: Stage, options: Options) -> list[Result]:
    workloads = list(chosen(options.only))
    pages = {
        _constant_path(workload): stage.sample(workload).first
        for workload in workloads
        if workload.constant
    }
    with ExitStack() as stack:
        server = None
        if pages:
            server = stack.enter_context(constant_server(stage.folder, pages, stage.shop.workers))
        return [_one(stage, workload, server, options) for workload in workloads]


def _constant_path(workload: Workload) -> str:
    return "/" + "-".join(workload.name.replace(",", "").split())


def _one(stage: Stage, workload: Workload, server: Constant | None, options: Options) -> Result:
    click.echo(workload.name)
    limits, rivals = [], []
    if workload.constant and server:
        rivals.append(stage.constant(workload, server, _constant_path(workload)))
        limits.append(Limit(rivals[-1].name, workload.constant))
    for script in workload.scripts:
        rivals.append(stage.pgbench(workload, script))
        statements = count_in(script.file) / script.requests if script.file else None
        limits.append(Limit(script.name, script.goal, statements))
    everybody = [stage.the_shop(workload), *rivals]
    ours, *theirs = turn_by_turn(everybody, options.seconds, options.rounds)
    for limit, rounds in zip(limits, theirs, strict=True):
        limit.rounds = rounds
    return Result(workload.name, ours, limits, stage.queries(workload), workload.slowest)


def _start(shop: Shop) -> Goal:
    """Of a shop that is installed and migrated, with its database; the shop must not be running."""
    took = []
    for _ in range(STARTS):
        with shop.running() as seconds:
            took.append(seconds)
    value = statistics.median(took)
    return Goal("start to the first 200, s", value, f"< {FASTEST_START}", value < FASTEST_START)


def _memory(used: dict[str, float], workers: int) -> Goal:
    value = used["workers"] + used["parent"]
    what = f"memory, {workers} workers, MB"
    return Goal(what, value, f"< {LEAST_MEMORY}", value < LEAST_MEMORY)
