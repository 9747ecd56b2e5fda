"""Two-step verification: the code at sign-in, and turning it on and off on the account's pages."""

from typing import Annotated, Any

import msgspec
import segno
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, URLEncodedBody
from litestar.response import Response, Template
from markupsafe import Markup

from shop.errors import (
    Forbidden,
    InvalidInput,
    Overloaded,
    SecondFactorUnreadable,
    SessionNeeded,
    ShopError,
    TooManyRequests,
    WrongCode,
    WrongPassword,
)
from shop.limits.service import RateLimiter
from shop.limits.sign_in import count_code_try, count_password_try
from shop.security_log import security_event
from shop.users.controllers import SENDS_ON, problem_context, signed_in
from shop.users.one_time_codes import enrolment_uri
from shop.users.second_factor import SecondFactorService
from shop.users.second_step import ask_again, forget_second_step, who_gave_the_password
from shop.users.service import UserService
from shop.users.sign_in import check_code_of
from shop.web.client_address import address_of
from shop.web.pages import go_to, local_path, page
from shop.web.pending import Resume
from shop.web.request import AnyRequest, ShopRequest, SignedInUser

REFUSALS = (WrongCode, SecondFactorUnreadable, TooManyRequests)
NextPath = Annotated[str, QueryParameter(name="next")]


class CodeForm(msgspec.Struct):
    code: str = ""
    next: str = "/"


class BeginForm(msgspec.Struct):
    current_password: str = ""


class TurnOnForm(msgspec.Struct):
    offer: str = ""
    code: str = ""


class TurnOffForm(msgspec.Struct):
    current_password: str = ""
    code: str = ""


class CodeController(Controller):
    """`/login/code`: the second step of signing in."""

    path = "/login/code"
    include_in_schema = False

    @get()
    async def code_page(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        factors: NamedDependency[SecondFactorService],
        next_path: NextPath = "/",
    ) -> Response[Any]:
        if request.auth.session_token:
            return go_to(request, local_path(next_path))
        if await who_gave_the_password(request, users, factors) is None:
            return ask_again(request, next_path)
        return await _code_page(request, next_path)

    @post(status_code=200, opt=SENDS_ON)
    async def check_code(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        factors: NamedDependency[SecondFactorService],
        resume: NamedDependency[Resume],
        limiter: NamedDependency[RateLimiter],
        data: URLEncodedBody[CodeForm],
    ) -> Response[Any]:
        if request.auth.session_token:
            return go_to(request, local_path(data.next), "signed-in-already")
        verified = await who_gave_the_password(request, users, factors)
        if verified is None:
            return ask_again(request, data.next)
        try:
            verified = await check_code_of(request, factors, limiter, verified, data.code)
            answer = await signed_in(request, users, resume, verified, data.next, "signed-in")
        except WrongPassword:
            return ask_again(request, data.next)
        except REFUSALS as error:
            return await _code_page(request, data.next, error)
        answer.set_cookie(forget_second_step(request))
        return answer


class SecondFactorController(Controller):
    """`/account/second-factor`, for staff."""

    path = "/account/second-factor"
    include_in_schema = False

    @get()
    async def show(
        self, request: ShopRequest, factors: NamedDependency[SecondFactorService]
    ) -> Template:
        return await _page_of(request, factors, await _owner(request, factors))

    @post("/begin", status_code=200)
    async def begin(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        factors: NamedDependency[SecondFactorService],
        limiter: NamedDependency[RateLimiter],
        data: URLEncodedBody[BeginForm],
    ) -> Response[Any]:
        """The QR code, for who knows the password. Nothing is on yet."""
        user = await _owner(request, factors)
        try:
            await count_password_try(limiter, address_of(request), user.username)
            await users.confirm_password(user, data.current_password)
        except (InvalidInput, TooManyRequests, Overloaded) as error:
            return await _page_of(request, factors, user, error)
        return await _offer_page(request, factors, user, factors.offer(user.id))

    @post("/on", status_code=200)
    async def turn_on(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        factors: NamedDependency[SecondFactorService],
        data: URLEncodedBody[TurnOnForm],
    ) -> Response[Any]:
        """The recovery codes, this once. Other browsers are signed out."""
        user = await _owner(request, factors)
        try:
            codes = await factors.turn_on(user.id, data.offer, data.code)
        except (WrongCode, SecondFactorUnreadable) as error:
            return await _offer_page(request, factors, user, data.offer, error)
        await users.sessions.end_all(user.id, but=request.auth.session_token)
        security_event("second-factor-on", user=user.username, address=address_of(request))
        return await _answer(request, "users/recovery_codes.html", None, codes=codes)

    @post("/off", status_code=200)
    async def turn_off(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        factors: NamedDependency[SecondFactorService],
        limiter: NamedDependency[RateLimiter],
        data: URLEncodedBody[TurnOffForm],
    ) -> Response[Any]:
        user = await _owner(request, factors)
        try:
            await count_password_try(limiter, address_of(request), user.username)
            await users.confirm_password(user, data.current_password)
            await count_code_try(limiter, user.id)
            await factors.turn_off(user.id, data.code)
        except (InvalidInput, Overloaded, *REFUSALS) as error:
            return await _page_of(request, factors, user, error)
        security_event("second-factor-off", user=user.username, address=address_of(request))
        return go_to(request, "/account/second-factor", "second-factor-off")


async def _owner(request: ShopRequest, factors: SecondFactorService) -> SignedInUser:
    """Staff, and who has a second factor from when they were. Raises NotSignedIn, SessionNeeded
    and Forbidden."""
    user = UserService.authenticated(request.user)
    if request.auth.session_token is None:
        raise SessionNeeded
    if not user.staff and not await factors.is_on(user.id):
        raise Forbidden
    return user


async def _page_of(
    request: AnyRequest,
    factors: SecondFactorService,
    user: SignedInUser,
    error: ShopError | None = None,
) -> Template:
    return await _answer(
        request,
        "users/second_factor.html",
        error,
        on=await factors.is_on(user.id),
        codes_left=await factors.recovery_codes_left(user.id),
    )


async def _offer_page(
    request: AnyRequest,
    factors: SecondFactorService,
    user: SignedInUser,
    offer: str,
    error: ShopError | None = None,
) -> Template:
    secret = factors.offered(user.id, offer).secret
    qr_code = segno.make(enrolment_uri(secret, user.username))
    return await _answer(
        request,
        "users/second_factor_offer.html",
        error,
        offer=offer,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        qr_code=Markup(qr_code.svg_inline(scale=5, light="#fff")),  # noqa: S704 - segno's own SVG
    )


async def _code_page(
    request: AnyRequest, next_path: str, error: ShopError | None = None
) -> Template:
    return await _answer(request, "users/code.html", error, next=local_path(next_path))


async def _answer(
    request: AnyRequest, template: str, error: ShopError | None, **context: Any
) -> Template:
    """The page, with what was wrong with the form that it answers."""
    problem = problem_context(request, error)
    refusal = problem["refusal"]
    return await page(
        request,
        template,
        status=refusal.answer.status if refusal else 200,
        headers={"cache-control": "no-store", **(refusal.headers if refusal else {})},
        **problem,
        **context,
    )
