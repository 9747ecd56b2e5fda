"""An ASGI application that answers what it was given, and does nothing else."""

import json
import os
from base64 import b64decode
from pathlib import Path
from typing import Any

from litestar.types import ASGIApp, Receive, Send

from shop.start.parent import watch_parent

PAGES = "BENCH_PAGES"
"""The variable that names the file: for each path, headers and body, in base64."""


def create_app() -> ASGIApp:
    raw = json.loads(Path(os.environ[PAGES]).read_text())
    pages = {path: _answer(page["headers"], page["body"]) for path, page in raw.items()}

    async def app(scope: Any, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await _live(receive, send)
        start, body = pages[scope["path"]]
        await send(start)
        await send(body)
        return None

    return app


def _answer(headers: list[list[str]], body: str) -> tuple[Any, Any]:
    raw = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    start = {"type": "http.response.start", "status": 200, "headers": raw}
    return start, {"type": "http.response.body", "body": b64decode(body)}


async def _live(receive: Receive, send: Send) -> None:
    watch_parent()
    for _ in range(2):
        message: Any = await receive()
        done: Any = {"type": f"{message['type']}.complete"}
        await send(done)
