"""Headers that every answer carries, also those that no route made (404, 405, 500)."""

from litestar.types import Message, Scope

OWN_ORIGIN_ONLY = (
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    b"font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    b"base-uri 'none'; frame-ancestors 'none'"
)
# A picture is only a picture, even if it is an SVG that somebody opens by itself.
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
    # Whatever says nothing of itself may be somebody's: it is not to be kept.
    (b"cache-control", b"no-store"),
]
# Whoever opened a page of somebody who is signed in has no hold of it. A guest's has nothing to
# hide, and with this a browser begins each first visit with a new process.
OPENER = (b"cross-origin-opener-policy", b"same-origin")
HSTS = b"max-age=31536000; includeSubDomains"


def policy_for(path: str) -> bytes:
    if path.startswith("/media/"):
        return MEDIA
    return OWN_ORIGIN_ONLY


SECURITY_HEADERS_SET = "has_security_headers"


async def add_security_headers(message: Message, scope: Scope) -> None:
    """A `before_send` hook. What a handler set itself stands; an answer that was kept has all."""
    if message["type"] != "http.response.start" or SECURITY_HEADERS_SET in scope["state"]:
        return
    own = [*SECURITY, (b"content-security-policy", policy_for(scope["path"]))]
    if scope.get("user") is not None:
        own.append(OPENER)
    if scope["scheme"] == "https" or scope["litestar_app"].state.settings.https:
        own.append((b"strict-transport-security", HSTS))
    given = [*message.get("headers", [])]
    has = {name.lower() for name, _ in given}
    message["headers"] = given + [one for one in own if one[0] not in has]
