"""Piccolo Admin inside the shop, at `/admin/`."""

from collections.abc import Callable

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from shop.admin.answers import EXCEPTION_HANDLERS
from shop.admin.late import LateApp
from shop.users.middleware import IdentityMiddleware


def admin_handlers(
    identity: IdentityMiddleware, make: Callable[[], ASGIApp]
) -> list[ASGIRouteHandler]:
    """What the shop mounts: what `make` makes when staff come, and in front of it `identity`."""
    admin = LateApp(make)

    @asgi(
        "/admin",
        is_mount=True,
        copy_scope=True,
        middleware=[identity],
        exception_handlers=EXCEPTION_HANDLERS,
    )
    async def mounted(scope: Scope, receive: Receive, send: Send) -> None:
        await admin(scope, receive, send)

    return [mounted]
