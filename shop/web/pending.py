"""What a guest wanted to do before signing in: kept in a signed cookie, done once.

The wishes belong to the browser, until it signs in or out; each expires after half an hour. The
rooms declare how theirs are done (`pending.py`); app.py puts the actions together.
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
from shop.web.pages import current_url, sign_in_first
from shop.web.request import AnyRequest
from shop.web.signing import Signer

COOKIE = "pending"
PURPOSE = "pending"
MAX_AGE = 1800  # seconds to sign in, or to sign up, before a wish is forgotten
MOST = 20  # wishes a browser has; of more, the oldest are forgotten, as a cookie holds 4 KB


class Pending(msgspec.Struct, frozen=True, array_like=True):
    """An action, what it is done to, and how many. `key` is unique to the wish, so that a sign-in
    sent twice does it once."""

    action: str
    target_id: int
    quantity: int = 1
    made_at: int = 0
    key: str = ""


class PendingList(msgspec.Struct):
    wishes: list[Pending]


# Does one wish for the user who has signed in; the name of the notice that says how it ended.
# Never refuses: a wish that is no longer possible must not stop the sign-in.
PendingAction = Callable[[SignedInUser, Pending], Awaitable[str]]
Resume = Callable[[SignedInUser, Sequence[Pending]], Awaitable[list[Notice]]]


def sign_in_to(request: AnyRequest, wish: Pending) -> Response[Any]:
    """To the sign-in page; the wish is done after it, and the reader is back where they were. The
    same wish again takes the place of the first; for an impossible id none is kept."""
    if not 0 < wish.target_id <= MAX_INT:
        return sign_in_first(request, current_url(request))
    wish = msgspec.structs.replace(wish, made_at=int(time.time()), key=secrets.token_urlsafe(9))
    what = (wish.action, wish.target_id)
    others = [one for one in pending_of(request) if (one.action, one.target_id) != what]
    return sign_in_first(request, current_url(request), cookies=[_cookie(request, [*others, wish])])


async def resume(
    actions: Mapping[str, PendingAction], user: SignedInUser, wishes: Sequence[Pending]
) -> list[Notice]:
    """Does the wishes in their order, those of unknown actions aside, and returns one notice for
    each way in which they ended."""
    known = [wish for wish in wishes if wish.action in actions]
    ended = Counter([await actions[wish.action](user, wish) for wish in known])
    return [Notice(name, n if n > 1 else 0) for name, n in ended.items()]


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
