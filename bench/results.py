"""The results of a run: a table, and JSON."""

import os
import platform
import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import psutil

from bench.measure import Round, median_ratio
from bench.shop import ROOT

FOLDER = ROOT / "build" / "bench"


class Goal(msgspec.Struct):
    """A measured value and its target."""

    name: str
    value: float
    target: str
    met: bool


class Limit(msgspec.Struct):
    """A limit that the shop is compared with. `statements`: number per request, None if unknown."""

    name: str
    goal: float
    statements: float | None = None
    rounds: list[Round] = []


class Result(msgspec.Struct):
    """One workload: the rounds of the shop, and of its limits in the same order."""

    name: str
    rounds: list[Round]
    limits: list[Limit]
    statements: float
    slowest: float | None = None

    def ratio(self, limit: Limit) -> float:
        return median_ratio(rates(self.rounds), rates(limit.rounds))

    def goals(self) -> Iterator[Goal]:
        for limit in self.limits:
            ratio = self.ratio(limit)
            target = f">= {limit.goal:.0%} of {limit.name}"
            yield Goal(self.name, ratio, target, ratio >= limit.goal)
        if self.slowest:
            ratio = median_of(self.rounds, "p99") / median_of(self.rounds, "p50")
            target = f"p99 < {self.slowest:.0f} x p50"
            yield Goal(self.name, ratio, target, ratio < self.slowest)


def rates(rounds: Sequence[Round]) -> list[float]:
    return [max(found.load.rate, 0.001) for found in rounds]


def median_of(rounds: Sequence[Round], name: str) -> float:
    """The median of p50 or p99 over the rounds."""
    return statistics.median(getattr(found.load, name) or 0.0 for found in rounds)


HEADINGS = (
    "workload, limit", "rate/s", "p50 ms", "p99 ms", "errors", "app ms", "db ms", "parent ms",
    "client ms", "queries", "ratio", "goal", "",
)  # fmt: skip


def table(results: Sequence[Result]) -> str:
    rows = [list(HEADINGS)]
    for result in results:
        rows.append([result.name, *_figures(result.rounds, result.statements), "", "", ""])
        for limit in result.limits:
            ratio = result.ratio(limit)
            met = "met" if ratio >= limit.goal else "NOT MET"
            figures = _figures(limit.rounds, limit.statements)
            rows.append(["  " + limit.name, *figures, f"{ratio:.0%}", f"{limit.goal:.0%}", met])
    return aligned(rows)


def _figures(rounds: Sequence[Round], statements: float | None) -> list[str]:
    costs = [found.cost for found in rounds]
    known = rounds[0].load.p50 is not None
    return [
        f"{statistics.median(rates(rounds)):,.0f}",
        *(f"{median_of(rounds, name):.2f}" if known else "-" for name in ("p50", "p99")),
        str(sum(found.load.errors for found in rounds)),
        *(
            f"{statistics.median(getattr(cost, name) for cost in costs):.2f}"
            for name in ("app", "database", "parent", "client")
        ),
        "-" if statements is None else f"{statements:.1f}",
    ]


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """A text table: first column left-aligned, the others right-aligned."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if place else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )


def error_lines(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        for found in result.rounds:
            if found.load.errors:
                yield f"{result.name}: {found.load.first_error or 'failed requests'}"


def pace_lines(name: str, rounds: Sequence[Round]) -> Iterator[str]:
    """The pace of the orders that were placed beside the load, if any."""
    paces = [pace for found in rounds if (pace := found.load.orders_per_second) is not None]
    if paces:
        yield f"{name}: {statistics.median(paces):.0f} orders a second"


def goal_lines(goals: Sequence[Goal]) -> str:
    return aligned(
        [
            [goal.name, f"{goal.value:.2f}", goal.target, "met" if goal.met else "NOT MET"]
            for goal in goals
        ]
    )


def machine() -> dict[str, Any]:
    """The machine and time of the run."""
    return {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "processors": os.cpu_count(),
        "processor": _processor(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "load_before": os.getloadavg()[0],
        "system": platform.platform(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    known = Path("/proc/cpuinfo")
    lines = known.read_text().splitlines() if known.exists() else []
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def save(kind: str, content: Any) -> Path:
    """Writes `content` as JSON to `build/bench`; returns the path."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{kind}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(content), indent=2))
    return path
