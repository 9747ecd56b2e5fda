"""Pending actions: what a guest tried to do, stored in a signed cookie and run once after sign-in.

They belong to the browser until it signs in or out; each expires after half an hour. Each room
registers its actions in its `pending.py`; `shop.start.services` collects them.
"""

import secrets
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec
from litestar.datastructures import Cookie
from litestar.response import Response

from shop.identity import SignedInUser
from shop.paging import MAX_INT
from shop.web.cookies import expired_cookie, make_cookie, read_cookie
from shop.web.notices import Notice
from shop.web.pages import current_url, sign_in_first, url_at_product
from shop.web.request import AnyRequest
from shop.web.state import state_of

COOKIE = "pending"
PURPOSE = "pending"
MAX_AGE = 1800  # seconds until a pending action expires
MOST = 20  # per browser; the oldest are dropped, because a cookie holds 4 KB


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """An action, its target and a quantity. The unique `key` makes it idempotent if the sign-in
    form is sent twice."""

    action: str
    target_id: int
    quantity: int = 1
    made_at: int = 0
    key: str = ""


class PendingList(msgspec.Struct):
    pending: list[Pending]


# Runs one pending action for the signed-in user and returns the name of the notice for its result.
# It never raises a refusal: an action that is no longer possible must not stop the sign-in.
PendingAction = Callable[[SignedInUser, Pending], Awaitable[str]]
Resume = Callable[[SignedInUser, Sequence[Pending]], Awaitable[list[Notice]]]


def sign_in_to(request: AnyRequest, action: Pending) -> Response[Any]:
    """Redirects to the sign-in page; afterwards the action runs and the user returns to this page,
    at the product's card. The same action on the same target replaces the earlier one; invalid ids
    are not stored."""
    if not 0 < action.target_id <= MAX_INT:
        return sign_in_first(request, current_url(request))
    action = msgspec.structs.replace(action, made_at=int(time.time()), key=secrets.token_urlsafe(9))
    what = (action.action, action.target_id)
    others = [one for one in _clicked(request) if (one.action, one.target_id) != what]
    back_to = url_at_product(request, action.target_id)
    return sign_in_first(request, back_to, cookies=[_cookie(request, [*others, action])])


async def resume(
    actions: Mapping[str, PendingAction], user: SignedInUser, pending: Sequence[Pending]
) -> list[Notice]:
    """Runs the pending actions in order, ignoring unknown ones. Returns one notice for each
    distinct result."""
    known = [action for action in pending if action.action in actions]
    ended = Counter([await actions[action.action](user, action) for action in known])
    return [Notice(name, n if n > 1 else 0) for name, n in ended.items()]


def pending_of(request: AnyRequest) -> list[Pending]:
    """The items in the browser's cart, and its pending actions that have not expired."""
    return [*state_of(request.app).guest_cart.pending(request), *_clicked(request)]


def forget_pending(request: AnyRequest) -> list[Cookie]:
    """Cookies that delete them."""
    return [expired_cookie(request, COOKIE), state_of(request.app).guest_cart.forget(request)]


def _clicked(request: AnyRequest) -> list[Pending]:
    signer = state_of(request.app).signer
    found = signer.unpack(PURPOSE, read_cookie(request, COOKIE), PendingList)
    since = time.time() - MAX_AGE
    return [action for action in found.pending if action.made_at > since] if found else []


def _cookie(request: AnyRequest, pending: Sequence[Pending]) -> Cookie:
    signer = state_of(request.app).signer
    packed = signer.pack(PURPOSE, PendingList([*pending[-MOST:]]))
    return make_cookie(request, COOKIE, packed, MAX_AGE)
