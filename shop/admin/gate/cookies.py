"""Piccolo Admin's cookies as the shop's: it knows one name for the session, and no Secure."""

from typing import cast

from litestar.types import Scope

from shop.settings import Settings
from shop.web.cookies import SESSION, cookie_name, is_secure


def with_session(scope: Scope, token: str | None) -> Scope:
    """`scope` with the session under the name that Piccolo knows; the last one named so counts."""
    cookie = (b"cookie", f"{SESSION}={token or ''}".encode())
    return cast("Scope", {**scope, "headers": [*scope["headers"], cookie]})


def as_ours(set_cookie: bytes, scope: Scope, settings: Settings) -> bytes:
    """A `Set-Cookie` header of Piccolo's, under the shop's name and Secure where that is due."""
    name, _, rest = set_cookie.partition(b"=")
    if name == SESSION.encode():
        name, rest = cookie_name(settings, SESSION).encode(), rest + b"; HttpOnly"
    return name + b"=" + rest + (b"; Secure" if is_secure(scope, settings) else b"")
