"""The pages by which shoppers leave: everything stored about them, and the end of the account."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Response

from shop.errors import Overloaded, ShopError, TooManyRequests
from shop.limits.service import RateLimiter
from shop.limits.sign_in import count_password_try
from shop.personal_data.errors import OrdersOpen
from shop.personal_data.service import PersonalDataService
from shop.security_log import security_event
from shop.users.errors import SessionNeeded, WrongPassword
from shop.users.form_page import form_page
from shop.users.middleware import signed_in_only
from shop.users.passwords import check_capacity
from shop.users.service import UserService
from shop.web.client_address import client_ip
from shop.web.cookies import SESSION, expired_cookie
from shop.web.pages import redirect
from shop.web.request import ShopRequest

REFUSALS = (WrongPassword, OrdersOpen, TooManyRequests, Overloaded)


class CloseAccountForm(msgspec.Struct):
    password: str = ""


class LeavingController(Controller):
    path = "/account"
    include_in_schema = False
    guards = [signed_in_only]

    @get("/export")
    async def export(
        self, request: ShopRequest, personal_data: NamedDependency[PersonalDataService]
    ) -> Response[bytes]:
        user = UserService.authenticated(request.user)
        content = msgspec.json.format(msgspec.json.encode(await personal_data.export(user.id)))
        disposition = f'attachment; filename="account-{user.id}.json"'
        headers = {"content-disposition": disposition, "cache-control": "no-store"}
        security_event("data-exported", user=user.username, address=client_ip(request))
        return Response(content, media_type="application/json", headers=headers)

    @get("/close")
    async def close_page(self, request: ShopRequest) -> Response[Any]:
        return await _page(request, None)

    @post("/close", status_code=200)
    async def close(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        limiter: NamedDependency[RateLimiter],
        personal_data: NamedDependency[PersonalDataService],
        data: URLEncodedBody[CloseAccountForm],
    ) -> Response[Any]:
        user = UserService.authenticated(request.user)
        if request.auth.session_token is None:
            raise SessionNeeded
        event = {"user": user.username, "address": client_ip(request)}
        try:
            check_capacity()
            await count_password_try(limiter, client_ip(request), user.username)
            await users.sign_in(user.username, data.password)
            await personal_data.close(user.id)
        except REFUSALS as error:
            return await _page(request, error)
        security_event("account-closed", **event)
        return redirect(request, "/", "account-closed", cookies=[expired_cookie(request, SESSION)])


async def _page(request: ShopRequest, error: ShopError | None) -> Response[Any]:
    return await form_page(request, "users/close.html", error)
