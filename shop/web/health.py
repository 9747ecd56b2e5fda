"""Whether the shop lives, and whether it can sell: for load balancers and supervisors."""

from collections.abc import Awaitable, Callable

from litestar import MediaType, Router, get
from litestar.response import Response

from shop.errors import ShopError

Check = Callable[[], Awaitable[bool]]


def health_router(is_ready: Check) -> Router:
    """`/healthz` and `/readyz`. `is_ready`: the database answers, and its schema is the code's."""

    @get("/healthz", media_type=MediaType.TEXT, include_in_schema=False)
    async def healthz() -> str:
        return "ok\n"

    @get("/readyz", media_type=MediaType.TEXT, include_in_schema=False)
    async def readyz() -> Response[str]:
        try:
            ready = await is_ready()
        except (ShopError, OSError):
            ready = False
        if ready:
            return Response("ready\n", media_type=MediaType.TEXT)
        return Response(
            "not ready\n", status_code=503, media_type=MediaType.TEXT, headers={"retry-after": "2"}
        )

    return Router("/", route_handlers=[healthz, readyz], opt={"anonymous": True})
