"""Every cookie of the shop is made here: none is sent with another site's request, none but the
admin's proof is read by a script, and all are Secure where the shop is reached by HTTPS."""

from litestar.datastructures import Cookie
from litestar.types import Scope

from shop.settings import Settings
from shop.web.request import AnyRequest

# Piccolo Admin's name for it, so that one sign-in opens both.
SESSION = "id"


def session_cookie_name(settings: Settings) -> str:
    """With SHOP_HTTPS it has the prefix that keeps other hosts of the domain, and plain HTTP, from
    planting one (RFC 6265bis, 4.1.3.2)."""
    return f"__Host-{SESSION}" if settings.https else SESSION


def is_secure(scope: Scope, settings: Settings) -> bool:
    return settings.https or scope["scheme"] == "https"


def make_cookie(
    request: AnyRequest,
    name: str,
    value: str,
    max_age: int,
    path: str = "/",
    *,
    httponly: bool = True,
) -> Cookie:
    """`max_age` in seconds."""
    return Cookie(
        name,
        value=value,
        path=path,
        max_age=max_age,
        httponly=httponly,
        samesite="lax",
        secure=is_secure(request.scope, request.app.state.settings),
    )


def expired_cookie(request: AnyRequest, name: str) -> Cookie:
    """Takes the cookie from the browser."""
    return make_cookie(request, name, "", max_age=0)
