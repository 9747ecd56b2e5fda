"""A link by mail for a forgotten password. The response does not reveal whether the account exists:
it is the same, and takes the same time."""

import asyncio
import time
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Response, Template

from shop.errors import N_, FieldError, InvalidInput, NotFound, TooManyRequests
from shop.limits.addresses import network_of
from shop.limits.service import Limit, RateLimiter
from shop.security_log import security_event
from shop.users.form_page import form_page
from shop.users.names import normalised
from shop.users.password_links import PasswordLinks, Tell
from shop.web.client_address import client_ip
from shop.web.csrf import NO_CSRF
from shop.web.members import OPEN_TO_ALL
from shop.web.request import ShopRequest
from shop.web.state import state_of

TEMPLATE = "users/forgotten.html"
ANSWER_AFTER = 0.4  # seconds, far longer than the work takes
HOUR = timedelta(hours=1)
BY_ADDRESS = Limit("forgotten-address", 10, HOUR)
BY_NAME = Limit("forgotten-name", 3, HOUR)


class ForgottenForm(msgspec.Struct):
    """`name`: an e-mail address or a username."""

    name: str = ""


class ForgottenController(Controller):
    """`/forgotten`, which is there only where mail is set up."""

    path = "/forgotten"
    include_in_schema = False
    opt = OPEN_TO_ALL

    @get()
    async def form(self, request: ShopRequest) -> Template:
        _check_mail(request)
        return await form_page(request, TEMPLATE, None, name="", asked=False)

    # A guest's form: a forged request only mails the owner a link, which any guest can ask for.
    @post(status_code=200, opt={NO_CSRF: True})
    async def ask(
        self,
        request: ShopRequest,
        links: NamedDependency[PasswordLinks],
        limiter: NamedDependency[RateLimiter],
        mail_link: NamedDependency[Tell],
        data: URLEncodedBody[ForgottenForm],
    ) -> Response[Any]:
        _check_mail(request)
        began = time.monotonic()
        try:
            name = _name_in(data)
            await limiter.use(BY_ADDRESS, network_of(client_ip(request)))
            if await limiter.try_use(BY_NAME, name):
                await links.make_own(name, mail_link)
        except (InvalidInput, TooManyRequests) as error:
            return await form_page(request, TEMPLATE, error, name=data.name, asked=False)
        security_event("password-link-asked", user=name, address=client_ip(request))
        await asyncio.sleep(began + ANSWER_AFTER - time.monotonic())
        return await form_page(request, TEMPLATE, None, name=data.name, asked=True)


def _name_in(form: ForgottenForm) -> str:
    """Raises InvalidInput."""
    if name := normalised(form.name):
        return name
    raise InvalidInput(FieldError("name", N_("Please enter your e-mail address or username.")))


def _check_mail(request: ShopRequest) -> None:
    """Raises NotFound."""
    if not state_of(request.app).settings.has_mail:
        raise NotFound
