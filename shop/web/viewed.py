"""The products that a visitor has looked at: their ids in a cookie, and nothing on the server.

The cookie is set in front of the page cache, which therefore stores pages that all guests share.
"""

import re

from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from litestar.types.asgi_types import RawHeaders

from shop.settings import Settings
from shop.web.cookies import cookie_of, expired_cookie
from shop.web.request import AnyRequest

COOKIE = "viewed"
MOST = 12
GIVEN = re.compile(rb"(?:^|; *)(__Host-)?viewed=([0-9.]*)(?=;|$)")
IDS = re.compile(rb"[1-9]\d{0,17}(\.[1-9]\d{0,17}){0,%d}" % (MOST - 1))
PRODUCT = re.compile(r"/products/([1-9]\d{0,17})", re.ASCII)
A_MONTH = 30 * 86_400  # seconds


def viewed_of(headers: RawHeaders) -> list[int]:
    """The latest first; empty if the cookie is invalid."""
    found = {
        prefix: ids
        for name, value in headers
        if name == b"cookie"
        for prefix, ids in GIVEN.findall(value)
    }
    value = found.get(b"__Host-") or found.get(b"", b"")
    return [int(id_) for id_ in value.split(b".")] if IDS.fullmatch(value) else []


def without_viewed(cookies: bytes) -> bytes:
    """The value of a Cookie header without ours, on which no cached page depends."""
    return GIVEN.sub(b"", cookies)


def forget_viewed(request: AnyRequest) -> Cookie:
    return expired_cookie(request, COOKIE)


def remembering_products(app: ASGIApp, settings: Settings) -> ASGIApp:
    """`app`, whose pages of products set the cookie."""
    around: dict[str, list[bytes]] = {}

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        found = PRODUCT.fullmatch(scope["path"]) if scope["type"] == ScopeType.HTTP else None
        if scope["type"] != ScopeType.HTTP or not found or scope["method"] != "GET":
            await app(scope, receive, send)
            return
        scheme = scope["scheme"]
        if scheme not in around:
            around[scheme] = _around_the_ids(scope, settings)
        before, after = around[scheme]
        ids = dict.fromkeys([int(found[1]), *viewed_of(scope["headers"])])
        cookie = before + b".".join(b"%d" % id_ for id_ in [*ids][:MOST]) + after

        async def remember(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {200, 304}:
                # A copy: the page cache keeps the message.
                headers = [*message["headers"], (b"set-cookie", cookie)]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, remember)

    return handle


def _around_the_ids(scope: HTTPScope, settings: Settings) -> list[bytes]:
    """The header's value before and after the ids, which is the same for each request."""
    cookie = cookie_of(scope, settings, COOKIE, "0", A_MONTH)
    before, after = cookie.to_encoded_header()[1].split(b"=0", 1)
    return [before + b"=", after]
