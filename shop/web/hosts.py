"""Only requests for a host that the shop is known by (RFC 9110, 7.2; RFC 9112, 3.2).

So no other name gets into a kept page or a link, and no page of another site reaches the shop by a
name that resolves to it (DNS rebinding). Servers drop the host of an absolute-form target.
"""

import re
from functools import lru_cache
from typing import Any

from litestar import MediaType, Request
from litestar.enums import ScopeType
from litestar.response import Response
from litestar.types import ASGIApp, Receive, Scope, Send

from shop.errors import UnknownHost
from shop.settings.hosts import canonical_host
from shop.web.error_responses import problem, wants_json
from shop.web.problems import refusal_for
from shop.web.request import AnyRequest

# Load balancers and supervisors request these by the node's own address.
HEALTH = frozenset({"/healthz", "/readyz"})
HOST = re.compile(
    rb"([a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]{2,45}\])(:[0-9]{0,5})?", re.IGNORECASE
)
LONGEST = 262  # characters: a name of 255, and a port


def only_known_hosts(app: ASGIApp, hosts: frozenset[str] | None) -> ASGIApp:
    """`app`, with 400 for a Host that is not one of `hosts` (None: any), for none and for two."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP or scope["path"] in HEALTH or _is_known(scope, hosts):
            await app(scope, receive, send)
            return
        request: AnyRequest = Request(scope)
        answer = _refused(request).to_asgi_response(app=None, request=request)
        await answer(scope, receive, send)

    return handle


def _is_known(scope: Scope, hosts: frozenset[str] | None) -> bool:
    named = [value for name, value in scope["headers"] if name == b"host"]
    host = _host(named[0]) if len(named) == 1 and len(named[0]) <= LONGEST else None
    return host is not None and (hosts is None or host in hosts)


@lru_cache(256)
def _host(value: bytes) -> str | None:
    found = HOST.fullmatch(value)
    return canonical_host(found[1].decode()) if found else None


def _refused(request: AnyRequest) -> Response[Any]:
    refusal = refusal_for(request, UnknownHost())
    if wants_json(request):
        return problem(request, refusal)
    text = f"{refusal.title}\n\n{refusal.detail}\n"
    return Response(text, status_code=refusal.answer.status, media_type=MediaType.TEXT)
