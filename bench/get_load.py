"""A load of GETs, by wrk if it is installed, else by the benchmark's own client."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.client import run_load
from bench.measure import LoadResult, summarize
from bench.pages import BROWSER, PageRequest, Sample, random_get
from bench.shop import BenchError

WRK = shutil.which("wrk")
SCRIPT = Path(__file__).parent / "wrk.lua"
TOLERANCE = 2
"""The allowed ratio of a page's size to the smallest and largest in the sample."""


def get_load(
    port: int,
    requests: Sequence[PageRequest],
    sample: Sample,
    clients: int,
    seconds: float,
    folder: Path,
) -> LoadResult:
    """Sends the requests in random order. Responses are checked by their text, or by their size
    where wrk cannot read a compressed body; unexpected ones count as errors."""
    if WRK is None:
        scenarios = [random_get(list(requests)) for _ in range(clients)]
        return summarize(run_load(port, scenarios, seconds), seconds)
    paths = folder / "paths"
    paths.write_text("\n".join(f"{request.path} {request.cookie}" for request in requests))
    compressed = sample.first.header(b"content-encoding")
    command = [WRK, "-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "-s", str(SCRIPT)]
    for line in BROWSER.splitlines():
        command += ["-H", line]
    command += [f"http://127.0.0.1:{port}/", "--", str(paths)]
    command += ["" if compressed else _common_text(requests), str(sample.smallest // TOLERANCE)]
    command += [str(sample.largest * TOLERANCE)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchError(f"wrk failed:\n{done.stdout}{done.stderr}")
    return LoadResult(**json.loads(done.stdout.splitlines()[-1]))


def _common_text(requests: Sequence[PageRequest]) -> str:
    """The text that all responses contain, or ""."""
    found = {request.text for request in requests}
    return found.pop() if len(found) == 1 else ""
