"""The account page: password and sessions."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Response

from shop.errors import InvalidInput, Overloaded, ShopError, TooManyRequests
from shop.limits.service import RateLimiter
from shop.limits.sign_in import count_password_try
from shop.security_log import security_event
from shop.users.errors import SessionNeeded
from shop.users.passwords import check_capacity
from shop.users.service import UserService
from shop.web.client_address import client_ip
from shop.web.pages import page, redirect
from shop.web.problems import problem_context
from shop.web.request import ShopRequest
from shop.web.state import state_of


class PasswordForm(msgspec.Struct):
    current_password: str = ""
    new_password: str = ""


class AccountController(Controller):
    """`/account`."""

    path = "/account"
    include_in_schema = False

    @get()
    async def account(
        self, request: ShopRequest, users: NamedDependency[UserService]
    ) -> Response[Any]:
        return await _account_page(request, users)

    @post("/password", status_code=200)
    async def change_password(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        limiter: NamedDependency[RateLimiter],
        data: URLEncodedBody[PasswordForm],
    ) -> Response[Any]:
        user, token = users.authenticated(request.user), _session_of(request)
        event = {"user": user.username, "address": client_ip(request)}
        try:
            check_capacity()
            await count_password_try(limiter, client_ip(request), user.username)
            await users.change_password(user, token, data.current_password, data.new_password)
        except (InvalidInput, TooManyRequests, Overloaded) as error:
            if isinstance(error, InvalidInput):
                security_event("password-not-changed", **event)
            return await _account_page(request, users, error)
        security_event("password-changed", **event)
        return redirect(request, "/account", "password-changed")

    @post("/sessions/end-others", status_code=200)
    async def end_other_sessions(
        self, request: ShopRequest, users: NamedDependency[UserService]
    ) -> Response[Any]:
        user, token = users.authenticated(request.user), _session_of(request)
        await users.sessions.end_all(user.id, but=token)
        security_event("signed-out-elsewhere", user=user.username, address=client_ip(request))
        return redirect(request, "/account", "signed-out-elsewhere")


def _session_of(request: ShopRequest) -> str:
    """The request's session token. Raises SessionNeeded for a request with X-USER-ID."""
    token = request.auth.session_token
    if token is None:
        raise SessionNeeded
    return token


async def _account_page(
    request: ShopRequest, users: UserService, error: ShopError | None = None
) -> Response[Any]:
    """The account page, with the errors of a form."""
    user, token = users.authenticated(request.user), request.auth.session_token
    context = problem_context(request, error)
    refusal = context["refusal"]
    return await page(
        request,
        "users/account.html",
        status=refusal.answer.status if refusal else 200,
        headers=refusal.headers if refusal else {},
        mail=state_of(request.app).settings.has_mail,
        sessions=await users.sessions.of_user(user, token),
        **context,
    )
