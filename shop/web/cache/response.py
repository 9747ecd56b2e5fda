"""A response in the page cache."""

import hashlib
from datetime import UTC, datetime
from functools import lru_cache

import msgspec
from litestar.types import HTTPScope, Message, Send
from litestar.types.asgi_types import HTTPResponseStartEvent

from shop.query_log import CLOCKS_DIFFER, Read
from shop.web.cache.lru import size_of
from shop.web.security_headers import NOT_INDEXED, OPENER, SECURITY, SECURITY_HEADERS_SET

SHARED_HEADERS = {name for name, _ in (*SECURITY, OPENER, NOT_INDEXED)} | {
    b"content-security-policy", b"strict-transport-security",
    b"vary", b"content-language", b"content-type", b"content-encoding",
}  # fmt: skip
"""Names of headers whose values are the same on many pages."""
SHELL = 1_000
"""Bytes of an entry besides its body, its own headers, and the arguments and digests of queries."""


class CachedResponse(msgspec.Struct):
    """A response, the last snapshot at which it was valid, the queries it was rendered from, and
    its route. `used`: requested since the last revalidation of all. It is valid until `ends`."""

    snapshot: str
    reads: tuple[Read, ...]
    route: str
    start: HTTPResponseStartEvent
    body: bytes
    etag: bytes
    used: bool = True
    ends: datetime | None = None

    @property
    def has_ended(self) -> bool:
        """Whether a time that the entry depends on has passed: then neither snapshot nor queries
        prove it valid, and it is rendered again."""
        return self.ends is not None and datetime.now(UTC) > self.ends - CLOCKS_DIFFER

    def share_headers(self) -> None:
        """Equal headers of all responses become one object."""
        self.start["headers"] = [
            _shared(header) if header[0] in SHARED_HEADERS else header
            for header in self.start["headers"]
        ]


@lru_cache(128)
def _shared(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """The first of all equal headers."""
    return header


def own_size(response: CachedResponse) -> int:
    """Bytes of what is not shared with other responses, as SQL and most headers are."""
    own = [header for header in response.start["headers"] if header[0] not in SHARED_HEADERS]
    found = [(read.query.args, read.found) for read in response.reads]
    return size_of((own, found, response.body, response.etag)) + SHELL


def response_of(
    snapshot: str, reads: tuple[Read, ...], scope: HTTPScope, messages: list[Message]
) -> CachedResponse | None:
    """None for a response that cannot be stored: an error, a stream, or one with a cookie."""
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
    return CachedResponse(
        snapshot, reads, str(scope.get("path_template")), start, last["body"], etag
    )


async def send_conditional(entry: CachedResponse, scope: HTTPScope, send: Send) -> None:
    """The cached response, or 304 if the client has it (RFC 9110, 13.1.2)."""
    scope["path_template"] = entry.route
    scope["state"][SECURITY_HEADERS_SET] = True
    etags = next((value for name, value in scope["headers"] if name == b"if-none-match"), b"")
    start, body = entry.start, entry.body
    if entry.etag in etags:
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
