"""Load of plain GETs: by wrk, which needs little of the processor, else by our own client."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.client import load
from bench.measure import Load, load_of
from bench.pages import BROWSER, Sample, Visit, visiting
from bench.shop import BenchError

WRK = shutil.which("wrk")
SCRIPT = Path(__file__).parent / "wrk.lua"
SLACK = 2
"""A page may be so many times larger or smaller than any in the sample."""


def plain_load(
    port: int, visits: Sequence[Visit], sample: Sample, clients: int, seconds: float, folder: Path
) -> Load:
    """Visits them at random. A wrong answer is an error: by its words where they can be read in
    it, and where it came compressed by its length."""
    if WRK is None:
        turns = [visiting(list(visits)) for _ in range(clients)]
        return load_of(load(port, turns, seconds), seconds)
    addresses = folder / "addresses"
    addresses.write_text("\n".join(f"{visit.path} {visit.cookie}" for visit in visits))
    compressed = sample.first.header(b"content-encoding")
    command = [WRK, "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "-s", str(SCRIPT)]
    for line in BROWSER.splitlines():
        command += ["-H", line]
    command += [f"http://127.0.0.1:{port}/", "--", str(addresses)]
    command += ["" if compressed else _words(visits), str(sample.least // SLACK)]
    command += [str(sample.most * SLACK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"wrk failed:\n{done.stdout}{done.stderr}")
    return Load(**json.loads(done.stdout.splitlines()[-1]))


def _words(visits: Sequence[Visit]) -> str:
    """What all of the visits' pages hold."""
    found = {visit.words for visit in visits}
    return found.pop() if len(found) == 1 else ""
