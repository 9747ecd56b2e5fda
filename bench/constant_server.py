"""Runs the constant server beside the shop, for the block."""

import json
import os
import re
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.client import Answer
from bench.constant.app import PAGES
from bench.shop import KEPT, PATIENCE, ROOT, BenchError, first_answer, workers_of

ADDED = {b"date", b"server", b"connection"}
"""Headers that the server adds by itself."""


class Constant(NamedTuple):
    """The constant server: its port, and the processes that serve."""

    port: int
    serving: list[psutil.Process]


@contextmanager
def constant_server(folder: Path, pages: Mapping[str, Answer], workers: int) -> Iterator[Constant]:
    """Answers each path with its page, from as many workers as the shop has."""
    described = folder / "pages.json"
    described.write_text(json.dumps({path: _described(page) for path, page in pages.items()}))
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.constant"],
        cwd=ROOT,
        env=_environ(folder, described, workers),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        port = _port(process)
        first_answer(port, next(iter(pages)))
        yield Constant(port, workers_of(psutil.Process(process.pid), port))
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stdout
    found = re.match(r"Constant at (\d+)$", process.stdout.readline())
    if not found:
        raise BenchError("The constant server did not start.")
    return int(found[1])


def _environ(folder: Path, pages: Path, workers: int) -> dict[str, str]:
    kept = {name: os.environ[name] for name in KEPT if name in os.environ}
    return kept | {
        "SHOP_DATA_DIR": str(folder / "constant"),
        "SHOP_PORT": "0",
        "SHOP_WORKERS": str(workers),
        PAGES: str(pages),
    }


def _described(page: Answer) -> dict[str, object]:
    lines = [line.split(b": ", 1) for line in page.head.split(b"\r\n")[1:] if line]
    headers = [[name.decode(), value.decode()] for name, value in lines if name not in ADDED]
    return {"headers": headers, "body": b64encode(page.body).decode()}
