"""The types of requests, and the identity that the middleware has put into them."""

from typing import Any, TypeAlias

from litestar import Request
from litestar.datastructures import State

from shop.identity import GUEST, Identity, SignedInUser

ShopRequest: TypeAlias = Request[SignedInUser | None, Identity, State]
AnyRequest: TypeAlias = Request[Any, Any, Any]


def identity_of(request: AnyRequest) -> Identity:
    """The request's identity; a guest's if no middleware ran."""
    found = request.scope.get("auth")
    return found if isinstance(found, Identity) else GUEST
