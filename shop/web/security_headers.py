"""Security headers of every response, also of those without a route (404, 405, 500)."""

from litestar.types import Message, Scope

from shop import site
from shop.web.state import state_of

OWN_ORIGIN_ONLY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)
# An uploaded SVG must not run scripts when it is opened as a document of its own.
MEDIA = (
    b"default-src 'none'; style-src 'unsafe-inline'; sandbox; base-uri 'none'; "
    b"frame-ancestors 'none'"
)

SECURITY = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=()"),
    (b"x-frame-options", b"DENY"),
    # The default: a response may be private, so caches must not store it.
    (b"cache-control", b"no-store"),
]
# For signed-in users only: the window that opened a page cannot reach it. Guests' pages hold
# nothing private, and the header would cost each first visit a new browser process.
OPENER = (b"cross-origin-opener-policy", b"same-origin")
NOT_INDEXED = (b"x-robots-tag", b"noindex, nofollow")  # of a shop for members only
HSTS = b"max-age=31536000; includeSubDomains"


def policy_for(path: str) -> bytes:
    if path.startswith("/media/"):
        return MEDIA
    return OWN_ORIGIN_ONLY


SECURITY_HEADERS_SET = "has_security_headers"


async def add_security_headers(message: Message, scope: Scope) -> None:
    """A `before_send` hook. Headers that a handler set stay; cached responses have all of them."""
    if message["type"] != "http.response.start" or SECURITY_HEADERS_SET in scope["state"]:
        return
    own = [*SECURITY, (b"content-security-policy", policy_for(scope["path"]))]
    if scope.get("user") is not None:
        own.append(OPENER)
    if site.current().members_only:
        own.append(NOT_INDEXED)
    if scope["scheme"] == "https" or state_of(scope["litestar_app"]).settings.https:
        own.append((b"strict-transport-security", HSTS))
    given = [*message.get("headers", [])]
    has = {name.lower() for name, _ in given}
    message["headers"] = given + [one for one in own if one[0] not in has]
