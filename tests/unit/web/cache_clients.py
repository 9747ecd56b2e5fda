"""Clients of the application behind page caches, one per simulated worker."""

from typing import Any

import httpx

from shop.database import DB
from shop.repeated import RepeatedQueries
from shop.web.cache.key import cacheable_paths
from shop.web.cache.pages import PageCache

# Bypasses the application's own page cache.
BYPASS = (b"authorization", b"none")


class Counting:
    """The application, with a count of its requests."""

    def __init__(self, app: Any) -> None:
        self.app, self.asked = app, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        async def send_cacheable(message: Any) -> None:
            """Without the cookie that the application sets in front of its own page cache."""
            headers = message.get("headers", ())
            kept = [one for one in headers if not one[1].startswith(b"viewed=")]
            await send({**message, "headers": kept} if headers else message)

        self.asked += 1
        bypassing = {**scope, "headers": [*scope["headers"], BYPASS]}
        await self.app(bypassing, receive, send_cacheable)


def client(shop: Counting, state: Any = DB.snapshot_id, fetch: Any = DB.fetch) -> httpx.AsyncClient:
    """A client with its own page cache in front of the application."""
    pages = PageCache(shop, cacheable_paths(shop.app), state, RepeatedQueries(fetch))

    async def within_litestar(scope: Any, receive: Any, send: Any) -> None:
        await pages(scope | {"state": {}, "litestar_app": shop.app}, receive, send)

    transport = httpx.ASGITransport(within_litestar)
    return httpx.AsyncClient(transport=transport, base_url="http://shop.test")
