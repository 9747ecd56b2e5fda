"""Turning two-step verification on and off, on the account's pages."""

from typing import Any

import msgspec
import segno
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Response, Template
from markupsafe import Markup

from shop.errors import Forbidden, InvalidInput, Overloaded, ShopError, TooManyRequests
from shop.identity import SignedInUser
from shop.limits.service import RateLimiter
from shop.limits.sign_in import count_code_try, count_password_try
from shop.security_log import security_event
from shop.users.errors import SecondFactorUnreadable, SessionNeeded, WrongCode
from shop.users.form_page import form_page
from shop.users.one_time_codes import enrolment_uri
from shop.users.second_factor import SecondFactorService
from shop.users.service import UserService
from shop.web.client_address import client_ip
from shop.web.pages import redirect
from shop.web.request import AnyRequest, ShopRequest

NOT_TURNED_OFF = (
    InvalidInput,
    Overloaded,
    SecondFactorUnreadable,
    TooManyRequests,
    WrongCode,
)


class BeginForm(msgspec.Struct):
    current_password: str = ""


class TurnOnForm(msgspec.Struct):
    offer: str = ""
    code: str = ""


class TurnOffForm(msgspec.Struct):
    current_password: str = ""
    code: str = ""


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
        """Checks the password and shows the QR code. Nothing is stored yet."""
        user = await _owner(request, factors)
        try:
            await count_password_try(limiter, client_ip(request), user.username)
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
        """Shows the recovery codes, once. Other browsers are signed out."""
        user = await _owner(request, factors)
        try:
            codes = await factors.turn_on(user.id, data.offer, data.code)
        except (WrongCode, SecondFactorUnreadable) as error:
            return await _offer_page(request, factors, user, data.offer, error)
        await users.sessions.end_all(user.id, but=request.auth.session_token)
        security_event("second-factor-on", user=user.username, address=client_ip(request))
        return await form_page(request, "users/recovery_codes.html", None, codes=codes)

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
            await count_password_try(limiter, client_ip(request), user.username)
            await users.confirm_password(user, data.current_password)
            await count_code_try(limiter, user.id)
            await factors.turn_off(user.id, data.code)
        except NOT_TURNED_OFF as error:
            return await _page_of(request, factors, user, error)
        security_event("second-factor-off", user=user.username, address=client_ip(request))
        return redirect(request, "/account/second-factor", "second-factor-off")


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
    return await form_page(
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
    return await form_page(
        request,
        "users/second_factor_offer.html",
        error,
        offer=offer,
        secret=" ".join(secret[start : start + 4] for start in range(0, len(secret), 4)),
        qr_code=Markup(qr_code.svg_inline(scale=5, light="#fff")),  # noqa: S704 - segno's own SVG
    )
