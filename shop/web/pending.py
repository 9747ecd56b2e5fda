"""What a guest wanted to do before we asked who they are: kept in a signed cookie, done once.

The wishes are those of the browser, until it signs in or out, and each is kept for half an hour.
"""

import secrets
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Literal

import msgspec
from litestar.datastructures import Cookie
from litestar.response import Response

from shop.identity import SignedInUser
from shop.paging import MAX_INT
from shop.web.cookies import expired_cookie, make_cookie, read_cookie
from shop.web.notices import Notice
from shop.web.pages import current_url, sign_in_first
from shop.web.request import AnyRequest
from shop.web.signing import Signer

COOKIE = "pending"
PURPOSE = "pending"
MAX_AGE = 1800  # seconds to sign in, or to sign up, before a wish is forgotten
MOST = 20  # wishes a browser has; of more, the oldest are forgotten, as a cookie holds 4 KB


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """Like a product, or put `quantity` of it into the cart. `key` tells it from any other wish,
    so that a sign-in sent twice does it once."""

    action: Literal["like", "cart"]
    product_id: int
    quantity: int = 1
    made_at: int = 0
    key: str = ""


class PendingList(msgspec.Struct):
    wishes: list[Pending]


# Does what was pending for the user who has now signed in, and says which notices tell of it.
Resume = Callable[[SignedInUser, Sequence[Pending]], Awaitable[list[Notice]]]


def sign_in_to(request: AnyRequest, wish: Pending) -> Response[Any]:
    """To the sign-in page; the wish is done after it, and the reader is back where they were. The
    same wish again takes the place of the first; for what can be no product none is kept."""
    if not 0 < wish.product_id <= MAX_INT:
        return sign_in_first(request, current_url(request))
    wish = msgspec.structs.replace(wish, made_at=int(time.time()), key=secrets.token_urlsafe(9))
    what = (wish.action, wish.product_id)
    others = [one for one in pending_of(request) if (one.action, one.product_id) != what]
    return sign_in_first(request, current_url(request), cookies=[_cookie(request, [*others, wish])])


def pending_of(request: AnyRequest) -> list[Pending]:
    """The wishes of this browser, without those that were forgotten."""
    signer: Signer = request.app.state.signer
    found = signer.unpack(PURPOSE, read_cookie(request, COOKIE), PendingList)
    since = time.time() - MAX_AGE
    return [wish for wish in found.wishes if wish.made_at > since] if found else []


def forget_pending(request: AnyRequest) -> Cookie:
    return expired_cookie(request, COOKIE)


def _cookie(request: AnyRequest, wishes: Sequence[Pending]) -> Cookie:
    signer: Signer = request.app.state.signer
    packed = signer.pack(PURPOSE, PendingList([*wishes[-MOST:]]))
    return make_cookie(request, COOKIE, packed, MAX_AGE)
