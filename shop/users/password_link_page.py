"""The page of a link that sets a password once."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Response, Template

from shop.errors import InvalidInput
from shop.limits.addresses import network_of
from shop.limits.service import SIGN_UP_BY_ADDRESS, RateLimiter
from shop.users.form_page import form_page
from shop.users.password_links import PasswordLinks
from shop.web.client_address import client_ip
from shop.web.csrf import NO_CSRF
from shop.web.members import OPEN_TO_ALL
from shop.web.pages import redirect
from shop.web.request import ShopRequest
from shop.web.request_log import PRIVATE_PATH

TEMPLATE = "users/password_link.html"


class NewPassword(msgspec.Struct):
    new_password: str = ""


class PasswordLinkController(Controller):
    path = "/password/{token:str}"
    include_in_schema = False
    opt = {**OPEN_TO_ALL, PRIVATE_PATH: True}

    @get()
    async def form(
        self,
        request: ShopRequest,
        token: FromPath[str],
        links: NamedDependency[PasswordLinks],
    ) -> Template:
        link = await links.find(token)
        return await form_page(request, TEMPLATE, None, token=token, username=link.username)

    @post(status_code=200, opt={NO_CSRF: True})
    async def set(
        self,
        request: ShopRequest,
        token: FromPath[str],
        links: NamedDependency[PasswordLinks],
        limiter: NamedDependency[RateLimiter],
        data: URLEncodedBody[NewPassword],
    ) -> Response[Any]:
        """The token proves that the form is the shop's own."""
        link = await links.find(token)
        await limiter.use(SIGN_UP_BY_ADDRESS, network_of(client_ip(request)))
        try:
            await links.set_password(token, data.new_password)
        except InvalidInput as error:
            return await form_page(request, TEMPLATE, error, token=token, username=link.username)
        return redirect(request, "/login", "password-set")
