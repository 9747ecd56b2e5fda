"""Full-page cache for anonymous visitors; entries are valid until the data they read changes.

An entry is valid while the database's snapshot is the one it was rendered from: equal snapshots see
the same rows. JSON takes a snapshot for each request, so it shows every write that was answered
before. Pages take one twice a second at most: a change is seen within a second, in every process of
every node. While the database does not answer, pages are served as they were cached last, JSON is
not. If the snapshot has changed, an entry is revalidated: all queries that it was rendered
from are sent again, and it is valid if they find the same. A response depends only on its key and
the database; requests with X-USER-ID, or a cookie other than the language's, bypass the cache, and
responses that set a cookie are not stored.
"""

import asyncio
import time

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from shop.query_log import recording
from shop.repeated import RepeatedQueries
from shop.web.cache.key import Key, Paths, key_of
from shop.web.cache.lru import BoundedCache
from shop.web.cache.response import CachedResponse, own_size, response_of, send_conditional
from shop.web.cache.revalidation import Revalidator
from shop.web.cache.snapshots import Clock, SnapshotWatcher, TakeSnapshot
from shop.web.security_headers import add_security_headers

MAX_CACHE_BYTES = 32 * 2**20  # per process, with keys, headers and query digests

USES = ("hit", "revalidated", "miss")


class PageCache:
    """`app`, behind the cache. `snapshot` takes a snapshot's id; it is None inside a transaction,
    and then nothing is stored. `uses` counts cacheable requests by what the cache had."""

    def __init__(
        self,
        app: ASGIApp,
        paths: Paths,
        snapshot: TakeSnapshot,
        queries: RepeatedQueries,
        clock: Clock = time.monotonic,
    ) -> None:
        self._app, self._paths = app, paths
        self._snapshot = SnapshotWatcher(snapshot, clock)
        self._revalidator = Revalidator(queries)
        self._entries: BoundedCache[CachedResponse] = BoundedCache(MAX_CACHE_BYTES, own_size)
        self._refreshing: dict[Key, asyncio.Event] = {}
        self._page_snapshot = ""
        self.uses = dict.fromkeys(USES, 0)
        self._revalidation: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        """Cached responses."""
        return len(self._entries)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        # A copy: a server that adds to its own list later, as for trailers, changes nothing here.
        scope["headers"] = [*scope["headers"]]
        key = key_of(scope, self._paths)
        snapshot = key and await self._snapshot(exact=key.is_json)
        if key is None or snapshot is None:
            await self._without_snapshot(key, scope, receive, send)
            return
        if not key.is_json and snapshot != self._page_snapshot:
            self._page_snapshot = snapshot
            self._begin_revalidation(snapshot)
        scope["query_string"] = key.query
        if key in self._refreshing:
            await self._refreshing[key].wait()
        entry = self._entries.get(key)
        if entry and entry.snapshot == snapshot and not entry.has_ended:
            entry.used = True
            self.uses["hit"] += 1
            await send_conditional(entry, scope, send)
        else:
            await self._refresh(key, snapshot, scope, receive, send)

    async def _without_snapshot(
        self, key: Key | None, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        is_away = key is not None and not key.is_json and self._snapshot.is_away
        entry = self._entries.get(key) if is_away else None
        if entry:
            await send_conditional(entry, scope, send)
        else:
            await self._app(scope, receive, send)

    async def _refresh(
        self, key: Key, snapshot: str, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        refreshed = self._refreshing.setdefault(key, asyncio.Event())
        messages: list[Message] = []
        try:
            entry = await self._revalidate(key, snapshot)
            self.uses["revalidated" if entry else "miss"] += 1
            entry = entry or await self._render(key, snapshot, scope, receive, messages)
        finally:
            self._refreshing.pop(key, None)
            refreshed.set()
        if entry:
            await send_conditional(entry, scope, send)
            return
        for message in messages:
            await send(message)

    async def _revalidate(self, key: Key, snapshot: str) -> CachedResponse | None:
        entry = self._entries.get(key)
        if (
            entry is None
            or entry.has_ended
            or not await self._revalidator.is_fresh(entry.reads, snapshot)
        ):
            return None
        entry.snapshot, entry.used = snapshot, True
        return entry

    def _begin_revalidation(self, snapshot: str) -> None:
        """Pages that were requested since the last refresh will be requested again: one task
        validates them all, for a fraction of what each request would spend by itself."""
        if self._revalidation and not self._revalidation.done():
            return
        used = [entry for entry in self._entries.values() if entry.used]
        for entry in used:
            entry.used = False
        refresh = self._revalidator.refresh(used, snapshot)
        self._revalidation = asyncio.create_task(refresh, name="refresh")

    async def _render(
        self, key: Key, snapshot: str, scope: HTTPScope, receive: Receive, messages: list[Message]
    ) -> CachedResponse | None:
        async def collect(message: Message) -> None:
            messages.append(message)

        with recording() as reads:
            await self._app(scope, receive, collect)
        if entry := response_of(snapshot, reads.replayable(), scope, messages):
            entry.ends = reads.ends
            await add_security_headers(entry.start, scope)
            entry.share_headers()
            self._entries.put(key, entry)
        return entry
