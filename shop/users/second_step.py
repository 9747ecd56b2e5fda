"""Between password and code, the user is in a signed cookie that lasts 5 minutes.

It is no session and opens nothing. It ends with the password that it was made for.
"""

from typing import Any

import msgspec
from litestar.datastructures import Cookie
from litestar.response import Response

from shop.errors import ShopError
from shop.users.form_page import form_page
from shop.users.second_factor import SecondFactorService
from shop.users.service import UserService
from shop.users.session import Verified
from shop.users.sign_in_page import SignInForm, WayOn, sign_in_page
from shop.web.cookies import make_cookie, read_cookie
from shop.web.pages import local_path, redirect, with_next
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
    request: AnyRequest, factors: SecondFactorService, verified: Verified, way: WayOn
) -> Response[Any]:
    """To the page for the code, and from there on. A kept form does not fit into an address."""
    signer = state_of(request.app).signer
    until = await factors.time() + MAX_AGE
    step = SecondStep(
        verified.user.id, signer.proof(PURPOSE, verified.password_hash.encode()), until
    )
    cookie = make_cookie(request, COOKIE, signer.pack(PURPOSE, step), MAX_AGE, PATH)
    if way.kept:
        return await code_page(request, way, cookies=[cookie])
    return redirect(request, with_next(PATH, way.next), cookies=[cookie])


async def code_page(
    request: AnyRequest, way: WayOn, error: ShopError | None = None, **more: Any
) -> Response[Any]:
    next_path = local_path(way.next)
    return await form_page(request, "users/code.html", error, next=next_path, kept=way.kept, **more)


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


async def ask_again(request: AnyRequest, way: WayOn) -> Response[Any]:
    """To the sign-in page, which says why if the password is needed again."""
    if way.kept:
        return await sign_in_page(
            request, "users/login.html", SignInForm(next=way.next, kept=way.kept)
        )
    notices = ["sign-in-again"] if read_cookie(request, COOKIE, PATH) else []
    return redirect(request, with_next("/login", way.next), *notices)


def forget_second_step(request: AnyRequest) -> Cookie:
    return make_cookie(request, COOKIE, "", max_age=0, path=PATH)
