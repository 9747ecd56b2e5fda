"""Authentication: the middleware that reads `X-USER-ID` and the session cookie."""

import re
from typing import Any

from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.handlers import BaseRouteHandler
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from shop import site
from shop.errors import NotSignedIn
from shop.identity import GUEST, Identity
from shop.security_log import security_event
from shop.settings import Settings
from shop.users.errors import UntrustedGateway
from shop.users.service import UserService
from shop.web.client_address import ClientAddress, Networks, client_address
from shop.web.cookies import SESSION, cookie_name

HEADER = b"x-user-id"
# Pages of other sites can neither leave these out nor change them (Fetch, "forbidden header").
FROM_BROWSER = re.compile(rb"origin|sec-fetch-.*")


class IdentityMiddleware(ASGIMiddleware):
    """Puts the user, or None, into `scope["user"]`, and how it was found into `scope["auth"]`.

    A request with `X-USER-ID` is that user, or 401: the header is never ignored in favour
    of a session. It is believed from SHOP_TRUSTED_GATEWAYS only, and never beside what only a
    browser sends.
    """

    scopes = (ScopeType.HTTP, ScopeType.ASGI)
    exclude_opt_key = "anonymous"

    def __init__(self, users: UserService, settings: Settings) -> None:
        self._users, self._cookie = users, cookie_name(settings, SESSION)
        self._gateways, self._proxies = settings.trusted_gateways, settings.trusted_proxies

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        await self.identify(scope)
        await next_app(scope, receive, send)

    async def identify(self, scope: Scope) -> None:
        """Raises NotSignedIn or UntrustedGateway."""
        identity = await self._identify(scope)
        scope["user"], scope["auth"] = identity.user, identity

    async def _identify(self, scope: Scope) -> Identity:
        handler: BaseRouteHandler | None = scope.get("route_handler")
        of_members = handler is not None and "identity_for_members" in handler.opt
        if of_members and not site.current().members_only:
            return GUEST
        known = scope.get("method") == "GET"  # which changes nothing of what is read with the user
        claims = [value for name, value in scope["headers"] if name == HEADER]
        if claims:
            return await self._by_header(scope, claims, known)
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        token = connection.cookies.get(self._cookie)
        if not token:
            return GUEST
        return await self._users.by_session(token, known=known)

    async def _by_header(self, scope: Scope, claims: list[bytes], known: bool) -> Identity:
        address = client_address(scope, self._proxies)
        if reason := _mistrust(scope, address, self._gateways):
            peer = (scope.get("client") or ("unknown",))[0]
            security_event("gateway-refused", address=str(address), peer=peer, reason=reason)
            raise UntrustedGateway
        if len(claims) > 1:
            raise NotSignedIn
        return await self._users.by_header(claims[0].decode("latin-1"), known=known)


def _mistrust(scope: Scope, address: ClientAddress, gateways: Networks) -> str | None:
    """Why this request may not name its user, for the log; None if it may."""
    if address.relayed:
        return "forwarded by an untrusted hop"
    if any(FROM_BROWSER.fullmatch(name) for name, _ in scope["headers"]):
        return "sent by a browser"
    return None if address.is_in(gateways) else "not a trusted gateway"


async def signed_in_only(
    connection: ASGIConnection[Any, Any, Any, Any], _: BaseRouteHandler
) -> None:
    """A guard: who is asking is settled before what they ask is read. Raises NotSignedIn.

    What an address allows (OPTIONS) is no secret. `async`, because Litestar runs a guard that is
    not in a thread.
    """
    if connection.scope.get("method") == "OPTIONS":
        return
    UserService.authenticated(connection.scope["auth"].user)
