"""Health checks for load balancers and supervisors: whether the process is alive, and whether it
can sell."""

import asyncio
from collections.abc import Awaitable, Callable

from litestar import MediaType, Router, get
from litestar.response import Response

from shop.errors import ShopError

Check = Callable[[], Awaitable[bool]]

CHECK_TIMEOUT = 2.0
"""Seconds in which the database must answer, or the shop is not ready."""


class Readiness:
    """Asks `check`, which may raise ShopError or OSError, and waits `CHECK_TIMEOUT` for its answer.

    A check that takes longer is not cancelled, because that would wait for the database too; it is
    the answer to the next request, so there is never more than one.
    """

    def __init__(self, check: Check) -> None:
        self._check = check
        self._running: asyncio.Task[bool] | None = None

    async def now(self) -> bool:
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._checked(), name="readiness")
        done, _ = await asyncio.wait({self._running}, timeout=CHECK_TIMEOUT)
        return any(task.result() for task in done)

    async def _checked(self) -> bool:
        try:
            return await self._check()
        except (ShopError, OSError):
            return False


def health_router(check: Check, stopping: asyncio.Event) -> Router:
    """`/healthz` and `/readyz`. `check`: the database can be written, its schema is the code's.
    From the moment that `stopping` is set the shop is not ready."""
    readiness = Readiness(check)

    @get("/healthz", media_type=MediaType.TEXT, include_in_schema=False)
    async def healthz() -> str:
        return "ok\n"

    @get("/readyz", media_type=MediaType.TEXT, include_in_schema=False)
    async def readyz() -> Response[str]:
        if not stopping.is_set() and await readiness.now():
            return Response("ready\n", media_type=MediaType.TEXT)
        return Response(
            "not ready\n", status_code=503, media_type=MediaType.TEXT, headers={"retry-after": "2"}
        )

    return Router("/", route_handlers=[healthz, readyz], opt={"anonymous": True})
