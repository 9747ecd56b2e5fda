"""What a run can be told."""

from pathlib import Path
from typing import NamedTuple


class Options(NamedTuple):
    """`seconds` a round; `only` workloads whose name holds it; `data`, a folder to keep the filled
    shops in; `base`, a git ref to compare with."""

    scale: int = 1000
    seconds: float = 3
    rounds: int = 3
    only: str = ""
    workers: int = 2
    data: Path | None = None
    base: str = ""
    growth: bool = False
