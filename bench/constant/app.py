"""An ASGI application that sends constant responses."""

import asyncio
import json
import os
from base64 import b64decode
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from litestar.types import Receive, Send

PAGES = "BENCH_PAGES"
"""The variable with the path of a JSON file: for each path, headers and a body in base64."""


class ConstantApp:
    def __init__(self, pages: dict[str, tuple[Any, Any]]) -> None:
        self._pages = pages
        self.state = SimpleNamespace(stopping=asyncio.Event())

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _lifespan(receive, send)
            return
        start, body = self._pages[scope["path"]]
        await send(start)
        await send(body)


def create_app() -> ConstantApp:
    raw = json.loads(Path(os.environ[PAGES]).read_text())
    return ConstantApp(
        {path: _messages(page["headers"], page["body"]) for path, page in raw.items()}
    )


def _messages(headers: list[list[str]], body: str) -> tuple[Any, Any]:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    start = {"type": "http.response.start", "status": 200, "headers": raw}
    return start, {"type": "http.response.body", "body": b64decode(body)}


async def _lifespan(receive: Receive, send: Send) -> None:
    for _ in range(2):
        message: Any = await receive()
        done: Any = {"type": f"{message['type']}.complete"}
        await send(done)
