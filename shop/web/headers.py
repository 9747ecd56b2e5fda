"""Headers that every answer carries, also those that no route made (404, 405, 500)."""

from litestar.datastructures import MutableScopeHeaders
from litestar.types import Message, Scope

OWN_ORIGIN_ONLY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
# A picture is only a picture, even if it is an SVG that somebody opens by itself.
MEDIA = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"

SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "x-frame-options": "DENY",
}
HSTS = "max-age=31536000; includeSubDomains"


def policy_for(path: str) -> str:
    if path.startswith("/media/"):
        return MEDIA
    return OWN_ORIGIN_ONLY


HAS_THEM = "has_security_headers"


async def add_security_headers(message: Message, scope: Scope) -> None:
    """A `before_send` hook. What a handler set itself stands; an answer that was kept has all."""
    if message["type"] != "http.response.start" or HAS_THEM in scope["state"]:
        return
    headers = MutableScopeHeaders.from_message(message)
    for name, value in SECURITY.items():
        headers.setdefault(name, value)
    headers.setdefault("content-security-policy", policy_for(scope["path"]))
    if scope["scheme"] == "https" or scope["litestar_app"].state.settings.https:
        headers.setdefault("strict-transport-security", HSTS)
    # Whatever says nothing of itself may be somebody's: it is not to be kept.
    headers.setdefault("cache-control", "no-store")
