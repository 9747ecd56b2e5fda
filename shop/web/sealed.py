"""Makes request headers immutable: the server may append trailers to them later."""

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send


def sealed(app: ASGIApp) -> ASGIApp:
    """`app`, with headers that cannot change: all that decide by them see the same."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            headers = tuple((bytes(name), bytes(value)) for name, value in scope["headers"])
            scope["headers"] = headers
        await app(scope, receive, send)

    return handle
