"""Piccolo Admin inside the shop, at `/admin/`."""

import asyncio
from collections.abc import Callable

from litestar import asgi
from litestar.handlers import ASGIRouteHandler
from litestar.types import ASGIApp, Receive, Scope, Send

from shop.admin.gate.errors import EXCEPTION_HANDLERS
from shop.users.middleware import IdentityMiddleware


def admin_handlers(
    identity: IdentityMiddleware, make: Callable[[], ASGIApp]
) -> list[ASGIRouteHandler]:
    """The handler that mounts the application of `make`, behind the `identity` middleware."""
    admin = LazyApp(make)

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


class LazyApp:
    """Creates the application at its first request, in a thread: Piccolo Admin takes a second,
    which neither the start of the shop nor other requests should wait for."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app or await self._created()
        await app(scope, receive, send)

    async def _created(self) -> ASGIApp:
        """Created once, also for concurrent requests."""
        async with self._lock:
            if self._app is not None:
                return self._app
            self._app = app = await asyncio.to_thread(self._make)
            return app
