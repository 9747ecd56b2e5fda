"""HEAD: what GET would answer, without its body, at every address (RFC 9110, 9.3.2)."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send


def answering_head(app: ASGIApp) -> ASGIApp:
    """`app`, which knows only GET, with HEAD."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "HEAD":
            await _answer_head(app, scope, receive, send)
        else:
            await app(scope, receive, send)

    return handle


async def _answer_head(app: ASGIApp, scope: HTTPScope, receive: Receive, send: Send) -> None:
    # A copy: the server itself goes by the method that its own scope names.
    as_get: HTTPScope = {**scope, "method": "GET"}

    async def send_head(message: Message) -> None:
        # Layers in front of this one read the user and the route in their own scope.
        scope.update({**as_get, "method": "HEAD"})
        if message["type"] == "http.response.body":
            message["body"] = b""
        await send(message)

    await app(as_get, receive, send_head)
