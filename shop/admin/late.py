"""An application that is made when it is first asked for."""

import asyncio
from collections.abc import Callable

from litestar.types import ASGIApp, Receive, Scope, Send


class LateApp:
    """Calls what `make` makes. That takes Piccolo Admin a second, which neither a start of the shop
    nor, as it is done in a thread, a shopper should wait for."""

    def __init__(self, make: Callable[[], ASGIApp]) -> None:
        self._make = make
        self._app: ASGIApp | None = None
        self._lock = asyncio.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app or await self._made()
        await app(scope, receive, send)

    async def _made(self) -> ASGIApp:
        """Once, however many come at the same time."""
        async with self._lock:
            if self._app is not None:
                return self._app
            self._app = app = await asyncio.to_thread(self._make)
            return app
