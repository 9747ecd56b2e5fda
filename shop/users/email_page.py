"""Where and in which language a user gets mail: `/account/email`, where mail is set up."""

from typing import Any

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Response, Template

from shop.errors import InvalidInput, NotFound, Overloaded, TooManyRequests
from shop.identity import SignedInUser
from shop.limits.service import RateLimiter
from shop.limits.sign_in import count_password_try
from shop.security_log import security_event
from shop.users.errors import SessionNeeded
from shop.users.form_page import form_page
from shop.users.kept import KEEPS_INPUT, show_first
from shop.users.passwords import check_capacity
from shop.users.service import UserService
from shop.web.client_address import client_ip
from shop.web.i18n import Language, language_of
from shop.web.pages import redirect
from shop.web.request import ShopRequest
from shop.web.state import state_of

TEMPLATE = "users/email.html"


class EmailForm(msgspec.Struct):
    """`language` is that of the mail."""

    current_password: str = ""
    email: str = ""
    language: Language = "ko"


class EmailController(Controller):
    path = "/account/email"
    include_in_schema = False

    @get()
    async def show(self, request: ShopRequest, users: NamedDependency[UserService]) -> Template:
        stored = await users.mail_address_of(_user_of(request, users))
        chosen = stored.language or language_of(request)
        language: Language = "en" if chosen == "en" else "ko"
        form = EmailForm(email=stored.email or "", language=language)
        return await form_page(request, TEMPLATE, None, form=form)

    @post(status_code=200, opt=KEEPS_INPUT)
    async def change(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        limiter: NamedDependency[RateLimiter],
        data: URLEncodedBody[EmailForm],
    ) -> Response[Any]:
        user = _user_of(request, users)
        event = {"user": user.username, "address": client_ip(request)}
        try:
            show_first(request)
            check_capacity()
            await count_password_try(limiter, client_ip(request), user.username)
            await users.set_email(user, data.current_password, data.email, data.language)
        except (InvalidInput, TooManyRequests, Overloaded) as error:
            return await form_page(request, TEMPLATE, error, form=data)
        security_event("email-changed", **event)
        return redirect(request, "/account", "email-changed")


def _user_of(request: ShopRequest, users: UserService) -> SignedInUser:
    """Raises NotFound where no mail is set up, NotSignedIn, and SessionNeeded for a request with
    X-USER-ID."""
    if not state_of(request.app).settings.has_mail:
        raise NotFound
    user = users.authenticated(request.user)
    if request.auth.session_token is None:
        raise SessionNeeded
    return user
