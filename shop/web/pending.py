"""What a guest wanted to do before we asked who they are: kept in a signed cookie, done once."""

from collections.abc import Awaitable, Callable
from typing import Any, Literal

import msgspec
from litestar.datastructures import Cookie
from litestar.response import Response

from shop.web.pages import here, sign_in_first
from shop.web.request import AnyRequest, SignedInUser
from shop.web.signing import Signer

COOKIE = "pending"
PURPOSE = "pending"
MAX_AGE = 1800  # seconds to sign in, or to sign up, before it is forgotten


class Pending(msgspec.Struct, frozen=True):
    """Like a product, or put `quantity` of it into the cart."""

    action: Literal["like", "cart"]
    product_id: int
    quantity: int = 1


# Does what was pending for the user who has now signed in, and says which notice tells of it.
Resume = Callable[[SignedInUser, Pending], Awaitable[str]]


def sign_in_to(request: AnyRequest, pending: Pending) -> Response[Any]:
    """To the sign-in page; `pending` is done after it, and the reader is back where they were."""
    signer: Signer = request.app.state.signer
    cookie = Cookie(
        COOKIE,
        value=signer.pack(PURPOSE, pending),
        path="/",
        max_age=MAX_AGE,
        httponly=True,
        samesite="lax",
    )
    return sign_in_first(request, here(request), cookies=[cookie])


def pending_of(request: AnyRequest) -> Pending | None:
    signer: Signer = request.app.state.signer
    return signer.unpack(PURPOSE, request.cookies.get(COOKIE), Pending)


def forget_pending() -> Cookie:
    return Cookie(COOKIE, value="", path="/", max_age=0)
