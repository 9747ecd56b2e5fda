"""Response compression with Accept-Encoding negotiation (RFC 9110, 8.4 and 12.5.3).

Our own, because Litestar's treats `gzip;q=0` as a wish for gzip.
"""

import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any, Literal, NamedTuple, get_args

import brotli
from litestar.datastructures import Headers, MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.types.asgi_types import HTTPResponseBodyEvent, HTTPResponseStartEvent

from shop.web.q_values import MAX_HEADER_LENGTH, parse_q_values

Encoding = Literal["br", "gzip"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)  # the first of those with equal weight
# `fast` is for one user's page: a third of the time, an eighth larger. `balanced` is for pages that
# many may see; `max`, which takes fifty times as long, for files that never change.
Effort = Literal["fast", "balanced", "max"]
LEVELS: dict[Encoding, dict[Effort, int]] = {
    "br": {"fast": 3, "balanced": 5, "max": 11},
    "gzip": {"fast": 1, "balanced": 6, "max": 9},
}
MIN_SIZE = 400  # bytes; shorter bodies fit into one packet anyway
TEXT = ("text/", "application/json", "application/xml", "application/javascript", "image/svg+xml")
SUFFIXES = ("+json", "+xml")
WITHOUT_BODY = {204, 304}
PATH_SEND = "http.response.pathsend"


def choose_encoding(accepted: str) -> Encoding | None:
    """The best supported encoding for this Accept-Encoding (RFC 9110, 12.5.3); None for no
    compression."""
    return _choose(accepted[:MAX_HEADER_LENGTH])


@lru_cache(1_000)
def _choose(accepted: str) -> Encoding | None:
    weights = {name: weight for weight, name in parse_q_values(accepted)}
    others = weights.get("*", 0)
    best = max(ENCODINGS, key=lambda encoding: weights.get(encoding, others))
    weight = weights.get(best, others)
    return best if weight > 0 and weight >= weights.get("identity", 0) else None


def compressed(body: bytes, encoding: Encoding, effort: Effort) -> bytes:
    encoder = _encoder(encoding, effort)
    return encoder.add(body) + encoder.end()


class Encoder(NamedTuple):
    """Compresses a body chunk by chunk; each call returns the bytes that are ready."""

    add: Callable[[bytes], bytes]
    end: Callable[[], bytes]


def _encoder(encoding: Encoding, effort: Effort) -> Encoder:
    level = LEVELS[encoding][effort]
    if encoding == "br":
        br = brotli.Compressor(quality=level)
        return Encoder(br.process, br.finish)
    gzip = zlib.compressobj(level, wbits=31)
    return Encoder(gzip.compress, gzip.flush)


def is_text(media_type: str) -> bool:
    """Whether it compressible: pictures are small already."""
    kind = media_type.partition(";")[0]
    return kind.startswith(TEXT) or kind.endswith(SUFFIXES)


def compressing(app: ASGIApp) -> ASGIApp:
    """`app`, whose text responses are compressed as the client accepts, unless already encoded."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            scope["extensions"] = _with_bodies(scope)
            accepted = Headers.from_scope(scope).get("accept-encoding", "")
            send = Compressing(send, choose_encoding(accepted), scope)
        await app(scope, receive, send)

    return handle


def _with_bodies(scope: Scope) -> dict[str, Any]:
    """The server's extensions without `pathsend`, by which a response names a file instead of a
    body: the server would send it uncompressed, before the delayed start."""
    extensions: dict[str, Any] = scope.get("extensions") or {}
    return {name: value for name, value in extensions.items() if name != PATH_SEND}


class Compressing:
    """A `send` that delays the start of a response until its body shows whether to compress."""

    def __init__(self, send: Send, encoding: Encoding | None, scope: HTTPScope) -> None:
        self._send, self._encoding, self._scope = send, encoding, scope
        self._start: HTTPResponseStartEvent | None = None
        self._encoder: Encoder | None = None

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        if message["type"] == "http.response.body":
            if self._start is not None:
                start, self._start = self._start, None
                self._begin(start, message)
                await self._send(start)
            if self._encoder is not None:
                self._encode(self._encoder, message)
        await self._send(message)

    def _begin(self, start: HTTPResponseStartEvent, first: HTTPResponseBodyEvent) -> None:
        headers = MutableScopeHeaders.from_message(start)
        whole = None if first.get("more_body") else first.get("body", b"")
        compressible = _is_compressible(start["status"], headers, whole)
        if compressible or start["status"] == 304:
            _vary(headers)
        if not compressible or self._encoding is None:
            return
        headers["content-encoding"] = self._encoding
        headers.pop("content-length", None)
        if headers.get("etag", "").startswith('"'):
            headers["etag"] = "W/" + headers["etag"]  # equal in meaning, no longer byte by byte
        effort: Effort = "fast" if self._scope.get("user") else "balanced"
        if whole is None:
            self._encoder = _encoder(self._encoding, effort)
        else:
            first["body"] = compressed(whole, self._encoding, effort)
            headers["content-length"] = str(len(first["body"]))

    def _encode(self, encoder: Encoder, message: HTTPResponseBodyEvent) -> None:
        body = encoder.add(message.get("body", b""))
        message["body"] = body if message.get("more_body") else body + encoder.end()


def _is_compressible(status: int, headers: MutableScopeHeaders, whole: bytes | None) -> bool:
    """`whole` is None if the body is streamed."""
    return (
        status not in WITHOUT_BODY
        and (whole is None or len(whole) >= MIN_SIZE)
        and "content-encoding" not in headers
        and is_text(headers.get("content-type", ""))
    )


def _vary(headers: MutableScopeHeaders) -> None:
    varies = headers.get("vary", "")
    if "accept-encoding" not in varies.lower():
        headers["vary"] = f"{varies}, Accept-Encoding" if varies else "Accept-Encoding"
