"""Answers made small: the encoding that the asker likes best, and the bytes in it (RFC 9110, 8.4).

Our own, because Litestar's compression takes `gzip;q=0` for a wish and knows no Zstandard.
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
from zstandard import ZstdCompressor

from shop.web.weights import HONEST_LENGTH, weighted

Encoding = Literal["br", "zstd", "gzip"]
ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)  # the first of those that are liked alike
# `quick` is for what one user sees once: a list in a third of the time, an eighth larger. `well` is
# for what many may see, `smallest`, which takes fifty times as long, for what never changes.
Effort = Literal["quick", "well", "smallest"]
LEVELS: dict[Encoding, dict[Effort, int]] = {
    "br": {"quick": 3, "well": 5, "smallest": 11},
    "zstd": {"quick": 3, "well": 3, "smallest": 19},
    "gzip": {"quick": 1, "well": 6, "smallest": 9},
}
WORTH_IT = 400  # bytes; what is shorter fits into the same packet
TEXT = ("text/", "application/json", "application/xml", "application/javascript", "image/svg+xml")
SUFFIXES = ("+json", "+xml")
WITHOUT_BODY = {204, 304}
PATH_SEND = "http.response.pathsend"


def choose_encoding(accepted: str) -> Encoding | None:
    """The best of ours for this Accept-Encoding (RFC 9110, 12.5.3); None: the bytes as they are."""
    return _choose(accepted[:HONEST_LENGTH])


@lru_cache(1_000)
def _choose(accepted: str) -> Encoding | None:
    weights = {name: weight for weight, name in weighted(accepted)}
    others = weights.get("*", 0)
    best = max(ENCODINGS, key=lambda encoding: weights.get(encoding, others))
    weight = weights.get(best, others)
    return best if weight > 0 and weight >= weights.get("identity", 0) else None


def compressed(body: bytes, encoding: Encoding, effort: Effort) -> bytes:
    encoder = _encoder(encoding, effort)
    return encoder.add(body) + encoder.end()


class Encoder(NamedTuple):
    """Takes a body piece by piece, and gives what is ready of it."""

    add: Callable[[bytes], bytes]
    end: Callable[[], bytes]


def _encoder(encoding: Encoding, effort: Effort) -> Encoder:
    level = LEVELS[encoding][effort]
    if encoding == "br":
        br = brotli.Compressor(quality=level)
        return Encoder(br.process, br.finish)
    if encoding == "zstd":
        zstd = ZstdCompressor(level=level).compressobj()
        return Encoder(zstd.compress, zstd.flush)
    gzip = zlib.compressobj(level, wbits=31)
    return Encoder(gzip.compress, gzip.flush)


def is_text(media_type: str) -> bool:
    """Whether it shrinks: pictures are small already."""
    kind = media_type.partition(";")[0]
    return kind.startswith(TEXT) or kind.endswith(SUFFIXES)


def compressing(app: ASGIApp) -> ASGIApp:
    """`app`, whose texts come as small as the asker takes them, unless they come encoded."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            scope["extensions"] = _with_bodies(scope)
            accepted = Headers.from_scope(scope).get("accept-encoding", "")
            send = Compressing(send, choose_encoding(accepted), scope)
        await app(scope, receive, send)

    return handle


def _with_bodies(scope: Scope) -> dict[str, Any]:
    """The server's extensions, without the one by which an answer names a file instead of its body:
    it would be sent as it is, before the head that is held back."""
    extensions: dict[str, Any] = scope.get("extensions") or {}
    return {name: value for name, value in extensions.items() if name != PATH_SEND}


class Compressing:
    """A `send` that holds the head of an answer back until its body shows what is worth doing."""

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
        worth_it = _is_worth_it(start["status"], headers, whole)
        if worth_it or start["status"] == 304:
            _vary(headers)
        if not worth_it or self._encoding is None:
            return
        headers["content-encoding"] = self._encoding
        headers.pop("content-length", None)
        if headers.get("etag", "").startswith('"'):
            headers["etag"] = "W/" + headers["etag"]  # equal in meaning, no longer byte by byte
        effort: Effort = "quick" if self._scope.get("user") else "well"
        if whole is None:
            self._encoder = _encoder(self._encoding, effort)
        else:
            first["body"] = compressed(whole, self._encoding, effort)
            headers["content-length"] = str(len(first["body"]))

    def _encode(self, encoder: Encoder, message: HTTPResponseBodyEvent) -> None:
        body = encoder.add(message.get("body", b""))
        message["body"] = body if message.get("more_body") else body + encoder.end()


def _is_worth_it(status: int, headers: MutableScopeHeaders, whole: bytes | None) -> bool:
    """`whole` is None where the body comes in pieces."""
    return (
        status not in WITHOUT_BODY
        and (whole is None or len(whole) >= WORTH_IT)
        and "content-encoding" not in headers
        and is_text(headers.get("content-type", ""))
    )


def _vary(headers: MutableScopeHeaders) -> None:
    varies = headers.get("vary", "")
    if "accept-encoding" not in varies.lower():
        headers["vary"] = f"{varies}, Accept-Encoding" if varies else "Accept-Encoding"
