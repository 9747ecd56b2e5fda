"""Between password and code, the user is in a signed cookie that lasts 5 minutes.

It is no session and opens nothing. It ends with the password that it was made for.
"""

from typing import Any

import msgspec
from litestar.datastructures import Cookie
from litestar.response import Response

from shop.users.second_factor import SecondFactorService
from shop.users.service import UserService
from shop.users.session import Verified
from shop.web.cookies import make_cookie, read_cookie
from shop.web.pages import redirect, with_next
from shop.web.request import AnyRequest
from shop.web.state import state_of

COOKIE = "second-step"
PURPOSE = "second step"
PATH = "/login/code"
MAX_AGE = 300  # seconds


class SecondStep(msgspec.Struct, frozen=True):
    """`password` is a digest of the hash that was checked, `until` Unix time."""

    user_id: int
    password: str
    until: float


async def ask_for_code(
    request: AnyRequest, factors: SecondFactorService, verified: Verified, next_path: str
) -> Response[Any]:
    """Redirects to the page for the code, and from there to `next_path`."""
    signer = state_of(request.app).signer
    until = await factors.time() + MAX_AGE
    step = SecondStep(
        verified.user.id, signer.proof(PURPOSE, verified.password_hash.encode()), until
    )
    cookie = make_cookie(request, COOKIE, signer.pack(PURPOSE, step), MAX_AGE, PATH)
    return redirect(request, with_next(PATH, next_path), cookies=[cookie])


async def who_gave_the_password(
    request: AnyRequest, users: UserService, factors: SecondFactorService
) -> Verified | None:
    """The user whose code is due; None if the password was given too long ago or has changed, or
    the account was closed."""
    signer = state_of(request.app).signer
    step = signer.unpack(PURPOSE, read_cookie(request, COOKIE, PATH), SecondStep)
    if step is None or await factors.time() > step.until:
        return None
    verified = await users.verified(step.user_id)
    if verified is None:
        return None
    unchanged = signer.is_proof(PURPOSE, verified.password_hash.encode(), step.password)
    return verified if unchanged else None


def ask_again(request: AnyRequest, next_path: str) -> Response[Any]:
    """Redirects to the sign-in page, which says why if the password is needed again."""
    notices = ["sign-in-again"] if read_cookie(request, COOKIE, PATH) else []
    return redirect(request, with_next("/login", next_path), *notices)


def forget_second_step(request: AnyRequest) -> Cookie:
    return make_cookie(request, COOKIE, "", max_age=0, path=PATH)
