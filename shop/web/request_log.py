"""Log lines for failed requests and for refusals that matter to security."""

from shop.errors import ForgedRequest, PicturesUnavailable, Unavailable
from shop.logs import get_logger
from shop.security_log import security_event
from shop.web.client_address import client_ip
from shop.web.request import AnyRequest, identity_of

log = get_logger("shop.web")

EVENTS = {403: "forbidden", 429: "rate-limited"}
PRIVATE_PATH = "private_path"  # a handler's option: its path holds a token, which no log line has


def log_failure(request: AnyRequest, error: Exception) -> None:
    """Logs a 5xx response."""
    # No traceback: while the database or the store is down there are many of these lines.
    trace = None if isinstance(error, Unavailable | PicturesUnavailable) else error
    path = path_of(request)
    log.error("request-failed", method=request.method, path=path, error=error, exc_info=trace)


def log_refusal(request: AnyRequest, status: int, error: Exception | None = None) -> None:
    """Logs a refusal as a security event, if its status is one of EVENTS."""
    event = "csrf-refused" if isinstance(error, ForgedRequest) else EVENTS.get(status)
    if event is None:
        return
    user = identity_of(request).user
    security_event(
        event,
        address=client_ip(request),
        user=user.username if user else None,
        method=request.method,
        path=path_of(request),
    )


def path_of(request: AnyRequest) -> str:
    """The original path, as a mounted application sees only its end; the route with
    `PRIVATE_PATH`."""
    handler = request.scope.get("route_handler")
    if handler is not None and PRIVATE_PATH in handler.opt:
        return str(request.scope["path_template"])
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.partition(b"?")[0].decode("latin-1")
