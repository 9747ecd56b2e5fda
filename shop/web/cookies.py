"""Creates all cookies of the shop: SameSite, HttpOnly except the admin's CSRF cookie, and Secure
when the shop is served over HTTPS."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.types import Scope

from shop.settings import Settings
from shop.web.request import AnyRequest
from shop.web.state import state_of

# Piccolo Admin's name for it, so that one sign-in opens both.
SESSION = "id"


def cookie_name(settings: Settings, name: str, path: str = "/") -> str:
    """With SHOP_HTTPS it has the prefix that keeps plain HTTP from setting it and, for the whole
    site, other hosts of the domain too (RFC 6265bis, 4.1.3)."""
    if not settings.https:
        return name
    return f"__Host-{name}" if path == "/" else f"__Secure-{name}"


def read_cookie(
    connection: ASGIConnection[Any, Any, Any, Any], name: str, path: str = "/"
) -> str | None:
    """The value of a cookie that `make_cookie` made with this name and path."""
    return connection.cookies.get(cookie_name(state_of(connection.app).settings, name, path))


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
    """`max_age` in seconds. With `httponly=False` it keeps its name, by which a script reads it."""
    settings = state_of(request.app).settings
    return cookie_of(request.scope, settings, name, value, max_age, path, httponly=httponly)


def cookie_of(
    scope: Scope,
    settings: Settings,
    name: str,
    value: str,
    max_age: int,
    path: str = "/",
    *,
    httponly: bool = True,
) -> Cookie:
    """As `make_cookie`, in front of the app."""
    return Cookie(
        cookie_name(settings, name, path) if httponly else name,
        value=value,
        path=path,
        max_age=max_age,
        httponly=httponly,
        samesite="lax",
        secure=is_secure(scope, settings),
    )


def expired_cookie(request: AnyRequest, name: str) -> Cookie:
    """A cookie that deletes the one of this name."""
    return make_cookie(request, name, "", max_age=0)
