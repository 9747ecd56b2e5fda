"""A shop for members only: guests see the sign-in pages and nothing else."""

from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.response import Response

from shop import site
from shop.errors import NotSignedIn

OPEN_TO_ALL: dict[str, Any] = {"open_to_all": True}
"""A handler's `opt`: it answers guests also where the shop is for members only."""
IDENTITY_FOR_MEMBERS: dict[str, Any] = {"identity_for_members": True}
"""A handler's `opt`: who asks matters only where the shop is for members only."""


def private_for_members(response: Response[Any]) -> Response[Any]:
    """An `after_request` hook: caches on the way keep nothing of a shop for members only."""
    stored = response.headers.get("cache-control", "")
    if site.current().members_only and stored.startswith("public"):
        response.headers["cache-control"] = stored.replace("public", "private", 1)
    return response


async def members_only(
    connection: ASGIConnection[Any, Any, Any, Any], to: BaseRouteHandler
) -> None:
    """A guard. Raises NotSignedIn for guests of a shop for members only."""
    if not site.current().members_only or connection.scope.get("method") == "OPTIONS":
        return
    if connection.scope["auth"].user is None and not to.opt.get("open_to_all"):
        raise NotSignedIn
