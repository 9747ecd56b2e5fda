"""An ASGI application that answers what it was given, and does nothing else."""

import asyncio
import json
import os
from base64 import b64decode
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from litestar.types import Receive, Send

PAGES = "BENCH_PAGES"
"""The variable that names the file: for each path, headers and body, in base64."""


class Constant:
    def __init__(self, pages: dict[str, tuple[Any, Any]]) -> None:
        self._pages = pages
        self.state = SimpleNamespace(stopping=asyncio.Event())

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        start, body = self._pages[scope["path"]]
        await send(start)
        await send(body)


def create_app() -> Constant:
    raw = json.loads(Path(os.environ[PAGES]).read_text())
    return Constant({path: _answer(page["headers"], page["body"]) for path, page in raw.items()})


def _answer(headers: list[list[str]], body: str) -> tuple[Any, Any]:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    start = {"type": "http.response.start", "status": 200, "headers": raw}
    return start, {"type": "http.response.body", "body": b64decode(body)}


async def _live(receive: Receive, send: Send) -> None:
    for _ in range(2):
        message: Any = await receive()
        done: Any = {"type": f"{message['type']}.complete"}
        await send(done)
