"""Headers are fixed before anything is decided by them."""

import asyncio
import re
from typing import Any

from shop.web.cache.key import key_of
from shop.web.cache.pages import PageCache
from shop.web.sealed import sealed

PATHS = [(re.compile("/"), frozenset({"lang"}))]


def scope_of(*headers: tuple[bytes, bytes]) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "raw_path": b"/",
        "query_string": b"",
        "headers": list(headers),
    }


async def nothing() -> Any:
    raise AssertionError


async def test_a_response_added_during_revalidation_is_not_served() -> None:
    asked, may_answer = asyncio.Event(), asyncio.Event()
    scopes: list[Any] = []

    async def state() -> str:
        asked.set()
        await may_answer.wait()
        return "1"

    async def app(scope: Any, receive: Any, send: Any) -> None:
        scopes.append(scope)
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b""})

    async def ignore(_: Any) -> None: ...

    scope = scope_of((b"host", b"shop.test"))
    of_the_server = scope["headers"]
    pages = sealed(PageCache(app, PATHS, state, nothing))
    request: asyncio.Task[None] = asyncio.create_task(pages(scope, nothing, ignore))
    await asked.wait()
    of_the_server.append((b"hx-request", b"true"))
    may_answer.set()
    await request
    assert [list(seen["headers"]) for seen in scopes] == [[(b"host", b"shop.test")]]
    assert key_of(scopes[0], PATHS) == key_of(scope_of((b"host", b"shop.test")), PATHS)
