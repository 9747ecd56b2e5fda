"""What the shop was asked, how it answered, and how long it took: counted by route."""

import time
from functools import cache

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

REQUESTS = Counter("shop_requests", "Answers by route and status.", ["method", "route", "status"])
SECONDS = Histogram("shop_request_seconds", "Time to the first byte.", ["method", "route"])

# A client can send any method; a series for each would be unbounded.
METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"}


def counting(app: ASGIApp) -> ASGIApp:
    """`app`, with every answer counted, also those that no route made (404, 405)."""

    async def counted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        started = time.perf_counter()

        async def send_counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                _count(scope, message["status"], time.perf_counter() - started)
            await send(message)

        await app(scope, receive, send_counted)

    return counted


def _count(scope: HTTPScope, status: int, seconds: float) -> None:
    method = scope["method"] if scope["method"] in METHODS else "OTHER"
    requests, times = _series(method, str(scope.get("path_template") or "unknown"), status)
    requests.inc()
    times.observe(seconds)


@cache
def _series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(method, route, status), SECONDS.labels(method, route)
