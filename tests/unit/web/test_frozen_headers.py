"""Headers that a server adds during a request, such as trailers, do not poison the cache."""

import asyncio
from typing import Any

import pytest
from litestar import Litestar

from shop.database import DB
from shop.repeated import RepeatedQueries
from shop.web.cache.key import cacheable_paths
from shop.web.cache.pages import PageCache
from tests.cast import Cast, SignedIn, make_product
from tests.unit.web.cache_clients import Counting

pytestmark = pytest.mark.committed

GUESTS = 50
LATE = {
    "x-user-id": "{alice}",
    "cookie: session": "id={session}",
    "cookie: language": "language=en",
    "hx-request": "true",
    "accept-language": "en",
    "accept-encoding": "gzip",
    "host": "evil.example",
    "if-none-match": "*",
    "authorization": "Bearer x",
    "x-forwarded-host": "evil.example",
}


class Server:
    """Sends the cache requests, some of which gain a header while the snapshot is read."""

    def __init__(self, app: Litestar) -> None:
        self.app, self.late = app, asyncio.Event()
        self.pages = PageCache(
            Counting(app), cacheable_paths(app), self.state, RepeatedQueries(DB.fetch)
        )

    async def state(self) -> str | None:
        self.late.set()
        await asyncio.sleep(0)
        return await DB.snapshot_id()

    async def get(self, path: str, late: tuple[bytes, bytes] | None = None) -> tuple[Any, ...]:
        headers = [(b"host", b"shop.test"), (b"accept-language", b"ko")]
        messages: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Any) -> None:
            messages.append(message)

        scope: Any = {
            "type": "http",
            "method": "GET",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 1),
            "state": {},
            "litestar_app": self.app,
        }
        self.late.clear()
        answering = asyncio.ensure_future(self.pages(scope, receive, send))
        if late:
            await self.late.wait()
            headers.append(late)
        await answering
        start, *bodies = messages
        alike = sorted(header for header in start["headers"] if header[0] != b"x-request-id")
        return start["status"], alike, b"".join(b["body"] for b in bodies)


@pytest.mark.parametrize("path", ["/", "/products/{}", "/api/v1/products/{}"])
@pytest.mark.parametrize("name", LATE)
async def test_a_late_header_changes_nothing(
    app: Litestar, cast: Cast, browser: SignedIn, name: str, path: str
) -> None:
    path = path.format(await make_product("벼루", name_en="Inkstone"))
    clean = await Server(app).get(path)
    value = LATE[name].format(alice=cast.alice, session=browser.cookies["id"])
    server = Server(app)
    first = await server.get(path, (name.partition(":")[0].encode(), value.encode()))
    guests = [await server.get(path) for _ in range(GUESTS)]
    assert clean[0] == 200
    assert [seen for seen in (first, *guests) if seen != clean] == []
