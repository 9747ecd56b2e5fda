"""The pages for signing up, in and out."""

from typing import Annotated, Any
from urllib.parse import urlencode

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, URLEncodedBody
from litestar.response import Response

from shop import site
from shop.errors import N_, FieldError, InvalidInput, Overloaded, ShopError, TooManyRequests
from shop.limits.addresses import network_of
from shop.limits.service import SIGN_UP_BY_ADDRESS, RateLimiter
from shop.users.errors import SignUpClosed, UsernameTaken, WrongPassword
from shop.users.passwords import check_capacity
from shop.users.second_factor import SecondFactorService
from shop.users.second_step import ask_for_code
from shop.users.service import UserService
from shop.users.session import Verified
from shop.users.sign_in import check_password_of, open_session
from shop.web.client_address import client_ip
from shop.web.cookies import SESSION, expired_cookie
from shop.web.csrf import NO_CSRF
from shop.web.links import links_of
from shop.web.members import OPEN_TO_ALL
from shop.web.notices import Notice
from shop.web.pages import NO_STORE, local_path, page, redirect
from shop.web.pending import Resume, forget_pending, pending_of
from shop.web.problems import problem_context
from shop.web.request import AnyRequest, ShopRequest
from shop.web.state import state_of
from shop.web.viewed import forget_viewed

# A signed-in user is only redirected, so a page from before the sign-in needs no token.
SENDS_ON = {NO_CSRF: True}

NextPath = Annotated[str, QueryParameter(name="next")]


class SignInForm(msgspec.Struct):
    username: str = ""
    password: str = ""
    next: str = "/"


class SignUpForm(SignInForm):
    """`consent` to the shop's terms, where it has some; `email` may be empty."""

    consent: str = ""
    email: str = ""


class SignInController(Controller):
    """`/login`, `/signup`, `/logout`."""

    include_in_schema = False
    opt = OPEN_TO_ALL

    @get("/login")
    async def login_page(self, request: ShopRequest, next_path: NextPath = "/") -> Response[Any]:
        if request.auth.session_token:
            return redirect(request, local_path(next_path))
        return await _sign_in_page(request, "users/login.html", SignInForm(next=next_path))

    @post("/login", status_code=200, opt=SENDS_ON)
    async def login(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        factors: NamedDependency[SecondFactorService],
        resume: NamedDependency[Resume],
        limiter: NamedDependency[RateLimiter],
        data: URLEncodedBody[SignInForm],
    ) -> Response[Any]:
        if request.auth.session_token:
            return redirect(request, local_path(data.next), "signed-in-already")
        try:
            verified = await check_password_of(
                request, users, limiter, data.username, data.password
            )
            if await factors.is_on(verified.user.id):
                return await ask_for_code(request, factors, verified, data.next)
            return await signed_in(request, users, resume, verified, data.next, "signed-in")
        except (WrongPassword, TooManyRequests, Overloaded) as error:
            return await _sign_in_page(request, "users/login.html", data, error)

    @get("/signup")
    async def signup_page(self, request: ShopRequest, next_path: NextPath = "/") -> Response[Any]:
        if request.auth.session_token:
            return redirect(request, local_path(next_path))
        _check_open()
        return await _sign_in_page(request, "users/signup.html", SignUpForm(next=next_path))

    @post("/signup", status_code=200, opt=SENDS_ON)
    async def signup(
        self,
        request: ShopRequest,
        users: NamedDependency[UserService],
        resume: NamedDependency[Resume],
        limiter: NamedDependency[RateLimiter],
        data: URLEncodedBody[SignUpForm],
    ) -> Response[Any]:
        if request.auth.session_token:
            return redirect(request, local_path(data.next), "signed-in-already")
        _check_open()
        try:
            check_capacity()
            await limiter.use(SIGN_UP_BY_ADDRESS, network_of(client_ip(request)))
            email = data.email if state_of(request.app).settings.has_mail else ""
            verified = await users.sign_up(
                data.username, data.password, email, also=_consent_errors(data)
            )
        except (InvalidInput, UsernameTaken, TooManyRequests, Overloaded) as error:
            return await _sign_in_page(request, "users/signup.html", data, error)
        return await signed_in(request, users, resume, verified, data.next, "signed-up")

    @post("/login/forget", status_code=200, opt=SENDS_ON)
    async def forget(self, request: ShopRequest, data: URLEncodedBody[SignInForm]) -> Response[Any]:
        """Discards pending actions that another person left in this browser."""
        address = f"/login?{urlencode({'next': local_path(data.next)})}"
        return redirect(request, address, "forgotten", cookies=forget_pending(request))

    @post("/logout", status_code=200)
    async def logout(
        self, request: ShopRequest, users: NamedDependency[UserService]
    ) -> Response[Any]:
        if request.auth.session_token:
            await users.sessions.end(request.auth.session_token)
        gone = [expired_cookie(request, SESSION), forget_viewed(request)]
        return redirect(request, "/", "signed-out", cookies=[*gone, *forget_pending(request)])


def _check_open() -> None:
    """Raises SignUpClosed."""
    if site.current().sign_up != "open":
        raise SignUpClosed


def _consent_errors(form: SignUpForm) -> list[FieldError]:
    if site.current().terms and not form.consent:
        return [FieldError("consent", N_("Please read this and tick the box."))]
    return []


async def _sign_in_page(
    request: AnyRequest, template: str, form: SignInForm, error: ShopError | None = None
) -> Response[Any]:
    """The submitted form, without the password, with its errors. Not cached, because it may hold a
    name."""
    context = problem_context(request, error)
    refusal = context["refusal"]
    if refusal and isinstance(error, UsernameTaken):
        context["errors"] = {"username": refusal.title}
    return await page(
        request,
        template,
        status=refusal.answer.status if refusal else 200,
        headers=NO_STORE | (refusal.headers if refusal else {}),
        links=links_of(request),
        form=form,
        next=local_path(form.next),
        wishes=pending_of(request),
        mail=state_of(request.app).settings.has_mail,
        demo=state_of(request.app).settings.known_passwords,
        **context,
    )


async def signed_in(
    request: ShopRequest,
    users: UserService,
    resume: Resume,
    verified: Verified,
    next_path: str,
    notice: str,
) -> Response[Any]:
    """Opens a session, runs the pending actions, and redirects to the page before the sign-in."""
    cookies = [*await open_session(request, users, verified), *forget_pending(request)]
    notices = await resume(verified.user, pending_of(request)) or [Notice(notice)]
    return redirect(request, local_path(next_path), *notices, cookies=cookies)
