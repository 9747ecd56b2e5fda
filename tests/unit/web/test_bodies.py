"""A body that does not arrive gets a response like any other client error."""

import asyncio
import json
from typing import Any

import pytest
from litestar import Litestar

from shop.web.bodies import TimedBody
from tests.cast import Cast


@pytest.mark.parametrize(
    ("language", "title"),
    [("ko", "시간이 너무 오래 걸렸습니다"), ("en", "This took too long")],
)
async def test_it_is_408_in_the_language_of_the_client(
    app: Litestar, cast: Cast, monkeypatch: pytest.MonkeyPatch, language: str, title: str
) -> None:
    monkeypatch.setattr(TimedBody, "_seconds_left", lambda _: 0.01)
    sent: list[Any] = []

    async def never() -> Any:
        await asyncio.Event().wait()

    async def keep(message: Any) -> None:
        sent.append(message)

    await app(post("/api/v1/orders", cast.alice, language), never, keep)
    assert sent[0]["status"] == 408
    problem = json.loads(sent[1]["body"])
    assert (problem["type"], problem["title"]) == ("/problems/too-slow", title)


def post(path: str, user: int, language: str) -> Any:
    headers = {
        "host": "shop.test",
        "x-user-id": str(user),
        "accept-language": language,
        "content-type": "application/json",
        "content-length": "10",
    }
    return {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
