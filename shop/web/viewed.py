"""The products that a visitor has looked at: their ids in a cookie, and nothing on the server.

The cookie is set in front of the page cache, which therefore stores pages that all guests share.
"""

import re
from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from shop.settings import Settings
from shop.web.cookies import cookie_of, expired_cookie
from shop.web.request import AnyRequest

COOKIE = "viewed"
COOKIES = (f"__Host-{COOKIE}", COOKIE)
MOST = 12
IDS = re.compile(rf"[1-9]\d{{0,17}}(\.[1-9]\d{{0,17}}){{0,{MOST - 1}}}", re.ASCII)
PRODUCT = re.compile(r"/products/([1-9]\d{0,17})", re.ASCII)
A_MONTH = 30 * 86_400  # seconds


def viewed_of(connection: ASGIConnection[Any, Any, Any, Any]) -> list[int]:
    """The latest first; empty if the cookie is invalid."""
    value = next(filter(None, map(connection.cookies.get, COOKIES)), "")
    return [int(id_) for id_ in value.split(".")] if IDS.fullmatch(value) else []


def forget_viewed(request: AnyRequest) -> Cookie:
    return expired_cookie(request, COOKIE)


def remembering_products(app: ASGIApp, settings: Settings) -> ASGIApp:
    """`app`, whose pages of products set the cookie."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        found = PRODUCT.fullmatch(scope["path"]) if scope["type"] == ScopeType.HTTP else None
        if scope["type"] != ScopeType.HTTP or not found or scope["method"] != "GET":
            await app(scope, receive, send)
            return
        cookie = _with(scope, settings, int(found[1]))

        async def remember(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] in {200, 304}:
                # A copy: the page cache keeps the message.
                headers = [*message["headers"], (b"set-cookie", cookie)]
                message = {**message, "headers": headers}
            await send(message)

        await app(scope, receive, remember)

    return handle


def _with(scope: HTTPScope, settings: Settings, product_id: int) -> bytes:
    """The cookie with this product first, as a header's value."""
    names = [(name, value) for name, value in scope["headers"] if name == b"cookie"]
    request: ASGIConnection = ASGIConnection({"type": "http", "headers": names})  # type: ignore[arg-type]  # no more is read
    ids = dict.fromkeys([product_id, *viewed_of(request)])
    value = ".".join(map(str, [*ids][:MOST]))
    return cookie_of(scope, settings, COOKIE, value, A_MONTH).to_encoded_header()[1]
