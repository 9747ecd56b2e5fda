"""Runs `bench.constant` beside the shop."""

import json
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.client import Response
from bench.constant.app import PAGES
from bench.processes import TIMEOUT, wait_for_response, worker_processes_of
from bench.shop import ROOT, BenchError, inherited

ADDED = {b"date", b"server", b"connection"}
"""Headers that the server itself adds."""


class ConstantServer(NamedTuple):
    """The constant server: its port and worker processes."""

    port: int
    processes: list[psutil.Process]


@contextmanager
def constant_server(
    folder: Path, pages: Mapping[str, Response], workers: int
) -> Iterator[ConstantServer]:
    """Serves each page at its path for the block, with this many workers."""
    pages_file = folder / "pages.json"
    pages_file.write_text(json.dumps({path: _serialized(page) for path, page in pages.items()}))
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.constant"],
        cwd=ROOT,
        env=_environ(folder, pages_file, workers),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        port = _port(process)
        wait_for_response(port, next(iter(pages)))
        yield ConstantServer(port, worker_processes_of(psutil.Process(process.pid), port))
    finally:
        process.terminate()
        process.wait(TIMEOUT)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    found = re.match(r"Constant at (\d+)$", process.stdout.readline())
    if not found:
        raise BenchError("The constant server did not start.")
    return int(found[1])


def _environ(folder: Path, pages: Path, workers: int) -> dict[str, str]:
    return inherited() | {
        "SHOP_DATA_DIR": str(folder / "constant"),
        "SHOP_PORT": "0",
        "SHOP_WORKERS": str(workers),
        PAGES: str(pages),
    }


def _serialized(page: Response) -> dict[str, object]:
    lines = [line.split(b": ", 1) for line in page.head.split(b"\r\n")[1:] if line]
    headers = [[name.decode(), value.decode()] for name, value in lines if name not in ADDED]
    return {"headers": headers, "body": b64encode(page.body).decode()}
