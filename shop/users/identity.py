"""Who is asking: the one middleware that reads `X-USER-ID` and the session cookie."""

import ipaddress
import logging
from collections.abc import Sequence
from ipaddress import IPv4Network, IPv6Network
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from shop.errors import NotSignedIn, UntrustedGateway
from shop.users.service import UserService
from shop.web.request import GUEST, AnyRequest, Identity

log = logging.getLogger("shop.users")

HEADER = b"x-user-id"
# Piccolo Admin's name for it, so that one sign-in opens both.
COOKIE = "id"

Networks = Sequence[IPv4Network | IPv6Network]


class IdentityMiddleware(ASGIMiddleware):
    """Puts the user, or None, into `scope["user"]`, and how it was found into `scope["auth"]`.

    A request with `X-USER-ID` is that user or nobody (401): the header is never ignored in favour
    of a session. It is believed from `gateways` only, judged by the connection's own peer; behind
    one of `proxies`, by the last address that proxy was asked from.
    """

    scopes = (ScopeType.HTTP, ScopeType.ASGI)
    exclude_opt_key = "anonymous"

    def __init__(self, users: UserService, gateways: Networks, proxies: Networks) -> None:
        self._users, self._gateways, self._proxies = users, gateways, proxies

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        identity = await self._identify(scope)
        scope["user"], scope["auth"] = identity.user, identity
        await next_app(scope, receive, send)

    async def _identify(self, scope: Scope) -> Identity:
        claims = [value for name, value in scope["headers"] if name == HEADER]
        if claims:
            return await self._by_header(scope, claims)
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        token = connection.cookies.get(COOKIE)
        user = await self._users.by_session(token) if token else None
        return Identity(user, "session", token) if user else GUEST

    async def _by_header(self, scope: Scope, claims: list[bytes]) -> Identity:
        address = asker_of(scope, self._proxies)
        if not is_in(address, self._gateways):
            log.warning("X-USER-ID refused: %s is not a trusted gateway", address)
            raise UntrustedGateway
        if len(claims) > 1:
            raise NotSignedIn
        return Identity(await self._users.by_header(claims[0].decode("latin-1")), "header")


def asker_of(scope: Scope, proxies: Networks) -> str | None:
    """The address the request comes from: the peer's own, unless that is one of `proxies`.

    A proxy appends the address it was asked from to `X-Forwarded-For`, so the list is read from
    its end, as long as what stands there is a proxy of ours too.
    """
    client = scope.get("client")
    address = client[0] if client else None
    named = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    hops = [hop.strip() for hop in b",".join(named).decode("latin-1").split(",") if hop.strip()]
    while hops and is_in(address, proxies):
        address = hops.pop()
    return address


async def signed_in_only(
    connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
) -> None:
    """A guard: who is asking is settled before what they ask is read. Raises NotSignedIn.

    `async`, because Litestar runs one that is not in a thread.
    """
    UserService.authenticated(connection.scope["auth"].user)


def address_of(request: AnyRequest) -> str:
    """The address that a request counts for, where tries are limited by address."""
    return asker_of(request.scope, request.app.state.settings.trusted_proxies) or "unknown"


def is_in(address: str | None, networks: Networks) -> bool:
    try:
        found = ipaddress.ip_address(address or "")
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)
