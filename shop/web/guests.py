"""What every guest sees alike: made once, and kept for as long as it is true.

It is true while nothing has been committed since before it was made. PostgreSQL says so itself: two
snapshots that read the same see the same. JSON asks for one at each request, so it shows every
write that was answered before. For pages one is asked for twice a second at most: a price, a
sell-out or a new product is seen within a second by every process of every node. Where something
was committed it is still true if all that was read for it reads the same. An answer depends
on its key and the database alone; who brings an X-USER-ID or any cookie but the language's goes
past, and what sets a cookie is not kept.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.types.asgi_types import HTTPResponseStartEvent

from shop.errors import ShopError
from shop.reads import Read, noted
from shop.repeated import RepeatedQueries
from shop.web.alike import Key, key_of
from shop.web.headers import HAS_THEM, add_security_headers
from shop.web.lru import BoundedCache
from shop.web.rereading import Rereading

CHECKED_EVERY = 0.5  # seconds
PATIENCE = 0.5  # seconds that the question may take; then the answer is made without it
MOST_KEPT = 32 * 2**20  # bytes a process keeps, with keys, headers and what was read

AskState = Callable[[], Awaitable[str | None]]
Clock = Callable[[], float]


class Kept(msgspec.Struct):
    """An answer, the last state of the database known that it tells of, what was read for it, and
    the route that made it."""

    state: str
    reads: tuple[Read, ...]
    route: str
    start: HTTPResponseStartEvent
    body: bytes
    etag: bytes
    used: bool = True


class GuestPages:
    """`app`, asked once for what many guests ask. `state` names what can be seen of the database
    now; None where that cannot be said, and then nothing is kept."""

    def __init__(
        self, app: ASGIApp, state: AskState, queries: RepeatedQueries, clock: Clock = time.monotonic
    ) -> None:
        self._app = app
        self._state = Watched(state, clock)
        self._again = Rereading(queries)
        self._kept: BoundedCache[Kept] = BoundedCache(MOST_KEPT)
        self._being_renewed: dict[Key, asyncio.Event] = {}
        self._page_state = ""
        self._refresh: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        # A copy: a server that adds to its own list later, as for trailers, changes nothing here.
        scope["headers"] = [*scope["headers"]]
        key = key_of(scope)
        state = key and await self._state(exact=key.is_json)
        if key is None or state is None:
            await self._app(scope, receive, send)
            return
        if not key.is_json and state != self._page_state:
            self._page_state = state
            self._begin_refresh(state)
        scope["query_string"] = key.query
        if key in self._being_renewed:
            await self._being_renewed[key].wait()
        kept = self._kept.get(key)
        if kept and kept.state == state:
            kept.used = True
            await _answer(kept, scope, send)
        else:
            await self._renew(key, state, scope, receive, send)

    async def _renew(
        self, key: Key, state: str, scope: HTTPScope, receive: Receive, send: Send
    ) -> None:
        renewed = self._being_renewed.setdefault(key, asyncio.Event())
        messages: list[Message] = []
        try:
            kept = await self._still_true(key, state)
            kept = kept or await self._make(key, state, scope, receive, messages)
        finally:
            self._being_renewed.pop(key, None)
            renewed.set()
        if kept:
            await _answer(kept, scope, send)
            return
        for message in messages:
            await send(message)

    async def _still_true(self, key: Key, state: str) -> Kept | None:
        kept = self._kept.get(key)
        if kept is None or not await self._again.finds_the_same(kept.reads, state):
            return None
        kept.state, kept.used = state, True
        return kept

    def _begin_refresh(self, state: str) -> None:
        """What was requested since the last refresh will be requested again: one task validates it
        all, for a fraction of what each request would spend by itself."""
        if self._refresh and not self._refresh.done():
            return
        used = [kept for kept in self._kept.values() if kept.used]
        for kept in used:
            kept.used = False
        refresh = self._again.refresh(used, state)
        self._refresh = asyncio.create_task(refresh, name="refresh")

    async def _make(
        self, key: Key, state: str, scope: HTTPScope, receive: Receive, messages: list[Message]
    ) -> Kept | None:
        async def collect(message: Message) -> None:
            messages.append(message)

        with noted() as reads:
            await self._app(scope, receive, collect)
        if kept := _kept(state, reads.to_repeat(), scope, messages):
            await add_security_headers(kept.start, scope)
            self._kept.put(key, kept)
        return kept


class Watched:
    """A state that is asked for again when it is older than CHECKED_EVERY, once for all; an `exact`
    one is asked for by the request itself, after it came."""

    def __init__(self, ask: AskState, clock: Clock) -> None:
        self._ask, self._clock = ask, clock
        self._asking: asyncio.Future[str | None] | None = None
        self._asked_at = -CHECKED_EVERY

    async def __call__(self, *, exact: bool = False) -> str | None:
        asking = self._asking
        if asking is None or exact or self._clock() - self._asked_at >= CHECKED_EVERY:
            self._asked_at = self._clock()
            self._asking = asking = asyncio.ensure_future(self._ask())
        if asking.done():
            return None if asking.exception() else asking.result()
        try:
            async with asyncio.timeout(PATIENCE):
                return await asyncio.shield(asking)
        except (ShopError, TimeoutError):
            return None


def _kept(
    state: str, reads: tuple[Read, ...], scope: HTTPScope, messages: list[Message]
) -> Kept | None:
    """None for what is not to be kept: a refusal, a stream, what is meant for one browser."""
    if len(messages) != 2:
        return None
    start, last = messages
    if start["type"] != "http.response.start" or last["type"] != "http.response.body":
        return None
    names = {name.lower() for name, _ in start["headers"]}
    if start["status"] != 200 or last.get("more_body") or names & {b"set-cookie", b"etag"}:
        return None
    etag = f'W/"{hashlib.sha256(last["body"]).hexdigest()[:16]}"'.encode()
    start["headers"] = [*start["headers"], (b"etag", etag)]
    return Kept(state, reads, str(scope.get("path_template")), start, last["body"], etag)


async def _answer(kept: Kept, scope: HTTPScope, send: Send) -> None:
    """The answer, or 304 where the asker has it already (RFC 9110, 13.1.2)."""
    scope["path_template"] = kept.route
    scope["state"][HAS_THEM] = True
    known = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
    start, body = kept.start, kept.body
    if kept.etag in known:
        start, body = _not_modified(start), b""
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})


def _not_modified(start: HTTPResponseStartEvent) -> HTTPResponseStartEvent:
    headers = [
        (name, value)
        for name, value in start["headers"]
        if name not in {b"content-length", b"content-type", b"content-encoding"}
    ]
    return {"type": "http.response.start", "status": 304, "headers": headers}
