"""OPTIONS, answered with all that an address allows (RFC 9110, 9.3.7 and 10.2.1)."""

from typing import Any

from litestar.response import Response
from litestar.routes import HTTPRoute

from shop.web.request import AnyRequest


async def answer_options(request: AnyRequest) -> Response[Any] | None:
    """For `before_request`. Litestar's own answer names the methods of one controller only."""
    if request.method != "OPTIONS":
        return None
    address = request.scope["path_template"]
    allowed = {
        method
        for route in request.app.routes
        if isinstance(route, HTTPRoute) and route.path_format == address
        for method in route.methods
    }
    return Response(None, status_code=204, headers={"allow": ", ".join(sorted(allowed))})
