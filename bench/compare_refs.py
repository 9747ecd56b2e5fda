"""Two versions of the shop, turn by turn: the one here and that of a git ref."""

import statistics
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import msgspec

from bench.compare import shop_folder
from bench.fill import Scale
from bench.measure import Round
from bench.options import Options
from bench.results import aligned, keep, machine, middle, rates
from bench.shop import ROOT, BenchError, Shop
from bench.stage import Stage, turn_by_turn
from bench.workloads import Workload, chosen

LOCK = "requirements.lock"


class Pairs(msgspec.Struct):
    """One workload, round by round: what was measured of each version, and here : base."""

    name: str
    base: list[Round]
    here: list[Round]

    @property
    def ratios(self) -> list[float]:
        pairs = zip(rates(self.here), rates(self.base), strict=True)
        return [here / base for here, base in pairs]


def versus(options: Options) -> None:
    """Measures, prints, keeps; both shops are audited at the end. Raises BenchError."""
    described = machine() | {"base": options.base, "scale": options.scale}
    with ExitStack() as stack:
        code = stack.enter_context(_checked_out(options.base))
        shops = []
        for name, its in (("base", code), ("here", ROOT)):
            folder = stack.enter_context(shop_folder(options, f"{name}-{options.scale}"))
            shops.append(Shop(folder, its, options.workers))
        found = _measured(shops, Scale(options.scale), options)
        click.echo(f"\n{_table(found)}\n")
        click.echo(keep("versus", {"machine": described, "workloads": found}))
        for shop in shops:
            shop.litestar("audit")
        click.echo("The books of both are right.")


def _measured(shops: list[Shop], scale: Scale, options: Options) -> list[Pairs]:
    with ExitStack() as running:
        stages = []
        for shop in shops:
            click.echo(f"filled in {shop.fill(scale):.1f} s: {shop.code}")
            running.enter_context(shop.running())
            stages.append(Stage(shop, scale, shop.data_dir.parent))
        return [_pairs(stages, workload, options) for workload in chosen(options.only)]


def _pairs(stages: list[Stage], workload: Workload, options: Options) -> Pairs:
    click.echo(workload.name)
    contenders = [stage.the_shop(workload) for stage in stages]
    base, here = turn_by_turn(contenders, options.seconds, options.rounds)
    for found in (*base, *here):
        if found.load.errors:
            raise BenchError(f"{workload.name}: {found.load.first_error}")
    return Pairs(workload.name, base, here)


def _table(found: list[Pairs]) -> str:
    rows = [["workload", "base/s", "here/s", "base p50", "here p50", "here : base", "median"]]
    for pairs in found:
        middles = [statistics.median(rates(rounds)) for rounds in (pairs.base, pairs.here)]
        p50s = [middle(rounds, "p50") for rounds in (pairs.base, pairs.here)]
        ratios = pairs.ratios
        rows.append(
            [
                pairs.name,
                *(f"{rate:,.0f}" for rate in middles),
                *(f"{p50:.2f}" for p50 in p50s),
                " ".join(f"{ratio:.2f}" for ratio in ratios),
                f"{statistics.median(ratios):.2f}",
            ]
        )
    return aligned(rows)


@contextmanager
def _checked_out(ref: str) -> Iterator[Path]:
    """The files of this ref, in a folder that is gone at the end."""
    if _git("show", f"{ref}:{LOCK}") != (ROOT / LOCK).read_text():
        raise BenchError(f"{ref} has another {LOCK}: the two cannot run in one environment.")
    with tempfile.TemporaryDirectory(prefix="pointmall-base-") as folder:
        code = Path(folder).resolve() / "base"
        _git("worktree", "add", "--detach", str(code), ref)
        try:
            yield code
        finally:
            _git("worktree", "remove", "--force", str(code))


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BenchError(done.stderr.strip())
    return done.stdout
