"""The whole shop behind keepers of guests' pages, as workers and nodes have them."""

from typing import Any

import httpx

from shop.database import DB
from shop.repeated import RepeatedQueries
from shop.web.cache.key import cacheable_paths
from shop.web.cache.pages import PageCache

# So that the shop's own keeper, within, lets every question through.
NOT_KEPT = (b"authorization", b"none")


class Counting:
    """The whole shop, and how often it was asked."""

    def __init__(self, app: Any) -> None:
        self.app, self.asked = app, 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.asked += 1
        await self.app({**scope, "headers": [*scope["headers"], NOT_KEPT]}, receive, send)


def client(shop: Counting, state: Any = DB.snapshot_id, fetch: Any = DB.fetch) -> httpx.AsyncClient:
    """Guests of a keeper of their own, before the shop."""
    pages = PageCache(shop, cacheable_paths(shop.app), state, RepeatedQueries(fetch))

    async def within_litestar(scope: Any, receive: Any, send: Any) -> None:
        await pages(scope | {"state": {}, "litestar_app": shop.app}, receive, send)

    transport = httpx.ASGITransport(within_litestar)
    return httpx.AsyncClient(transport=transport, base_url="http://shop.test")
