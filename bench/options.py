"""Options of a run."""

from pathlib import Path
from typing import NamedTuple


class Options(NamedTuple):
    """`seconds`: length of a round; `only`: part of a workload's name; `data`: a folder that keeps
    the filled shops; `base`: a git ref to compare with."""

    scale: int = 1000
    seconds: float = 3
    rounds: int = 3
    only: str = ""
    workers: int = 2
    data: Path | None = None
    base: str = ""
    growth: bool = False
    staff: bool = False
    nodes: bool = False
