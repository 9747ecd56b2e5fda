"""Compares the shop of this tree with that of a git ref, in alternating rounds."""

import statistics
from contextlib import ExitStack

import click
import msgspec

from bench.checkout import checked_out, python_for
from bench.compare_limits import shop_folder
from bench.fill import Scale
from bench.measure import Round
from bench.options import Options
from bench.results import aligned, machine, median_of, pace_lines, rates, save
from bench.shop import PYTHON, ROOT, BenchError, Shop
from bench.targets import Targets, interleave
from bench.workloads import Workload, selected


class Comparison(msgspec.Struct):
    """One workload: the rounds of both versions, in the same order."""

    name: str
    base: list[Round]
    here: list[Round]

    @property
    def ratios(self) -> list[float]:
        pairs = zip(rates(self.here), rates(self.base), strict=True)
        return [here / base for here, base in pairs]


def compare_refs(options: Options) -> None:
    """Measures both versions, prints a table, saves JSON, and audits both shops.

    Raises BenchError, also if any request fails.
    """
    description = machine() | {"base": options.base, "scale": options.scale}
    with ExitStack() as stack:
        code = stack.enter_context(checked_out(options.base))
        shops = []
        for name, tree, python in (("base", code, python_for(code)), ("here", ROOT, PYTHON)):
            folder = stack.enter_context(shop_folder(options, f"{name}-{options.scale}"))
            shops.append(Shop(folder, tree, options.workers, python))
        comparisons = _measure_all(shops, Scale(options.scale), options)
        click.echo(f"\n{_table(comparisons)}\n")
        for line in _paces(comparisons):
            click.echo(line)
        click.echo(save("compare-refs", {"machine": description, "workloads": comparisons}))
        for shop in shops:
            shop.litestar("audit")
        click.echo("Both shops pass the audit.")


def _measure_all(shops: list[Shop], scale: Scale, options: Options) -> list[Comparison]:
    with ExitStack() as running:
        targets = []
        for shop in shops:
            click.echo(f"filled in {shop.fill(scale):.1f} s: {shop.code}")
            running.enter_context(shop.running())
            targets.append(Targets(shop, scale, shop.data_dir.parent))
        found = [_measure(targets, workload, options) for workload in selected(options.only)]
    return [comparison for comparison in found if comparison]


def _measure(targets: list[Targets], workload: Workload, options: Options) -> Comparison | None:
    """None if the other version refuses every request, because it lacks the feature."""
    click.echo(workload.name)
    shops = [each.for_shop(workload) for each in targets]
    base, here = interleave(shops, options.seconds, options.rounds)
    if all(found.load.errors == found.load.requests for found in base):
        click.echo(f"  left out, {options.base} refuses it: {base[0].load.first_error}")
        return None
    for found in (*base, *here):
        if found.load.errors:
            raise BenchError(f"{workload.name}: {found.load.first_error or 'failed requests'}")
    return Comparison(workload.name, base, here)


def _table(comparisons: list[Comparison]) -> str:
    rows = [["workload", "base/s", "here/s", "base p50", "here p50", "here : base", "median"]]
    for each in comparisons:
        ratios = each.ratios
        rows.append(
            [
                each.name,
                *(f"{statistics.median(rates(rounds)):,.0f}" for rounds in (each.base, each.here)),
                *(f"{median_of(rounds, 'p50'):.2f}" for rounds in (each.base, each.here)),
                " ".join(f"{ratio:.2f}" for ratio in ratios),
                f"{statistics.median(ratios):.2f}",
            ]
        )
    return aligned(rows)


def _paces(comparisons: list[Comparison]) -> list[str]:
    return [
        line
        for each in comparisons
        for version, rounds in (("base", each.base), ("here", each.here))
        for line in pace_lines(f"{each.name}, {version}", rounds)
    ]
