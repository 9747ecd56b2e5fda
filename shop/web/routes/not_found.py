"""The 404 page: unknown paths, and methods that a route does not have. Litestar's router refuses
them before any middleware runs, so the user is identified here: error pages show points and cart
too."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar.exceptions import HTTPException
from litestar.response import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from shop import site
from shop.errors import NotSignedIn
from shop.web.error_responses import error_response, wants_json
from shop.web.request import AnyRequest, identity_of

Identify = Callable[[Scope], Awaitable[None]]
"""Puts the reader into the scope. Raises NotSignedIn, UntrustedGateway or Unavailable."""


class PageForReader(Response[Any]):
    """An error page that is rendered when the reader is known."""

    def __init__(self, error: Exception, identify: Identify) -> None:
        super().__init__(None)
        self._error, self._identify = error, identify

    def to_asgi_response(  # type: ignore[override] # any ASGI app will do
        self, app: None, request: AnyRequest, **_: Any
    ) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            error = await self._error_for_reader(request)
            response = error_response(request, error)
            await response.to_asgi_response(app=None, request=request)(scope, receive, send)

        return answer

    async def _error_for_reader(self, request: AnyRequest) -> Exception:
        try:
            await self._identify(request.scope)
        except Exception as error:  # noqa: BLE001 - answered as an error of any handler is
            return error
        is_closed = site.current().members_only and identity_of(request).user is None
        return NotSignedIn() if is_closed else self._error


def answering_for_reader(
    identify: Identify,
) -> Callable[[AnyRequest, HTTPException], Response[Any]]:
    """The exception handler for the router's errors."""

    def answer(request: AnyRequest, error: HTTPException) -> Response[Any]:
        if "route_handler" in request.scope or wants_json(request):
            return error_response(request, error)
        return PageForReader(error, identify)

    return answer
