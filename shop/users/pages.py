"""The pages for signing up, in and out."""

from typing import Annotated, Any
from urllib.parse import urlencode

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import QueryParameter, URLEncodedBody
from litestar.response import Response

from shop import site
from shop.errors import N_, FieldError, InvalidInput, Overloaded, TooManyRequests
from shop.limits.addresses import network_of
from shop.limits.service import SIGN_UP_BY_ADDRESS, RateLimiter
from shop.users.errors import SignUpClosed, UsernameTaken, WrongPassword
from shop.users.passwords import check_capacity
from shop.users.second_factor import SecondFactorService
from shop.users.second_step import ask_for_code
from shop.users.service import UserService
from shop.users.session import Verified
from shop.users.sign_in import check_password_of, open_session
from shop.users.sign_in_page import SignInForm, WayOn, go_on, sign_in_page
from shop.web.client_address import client_ip
from shop.web.cookies import SESSION, expired_cookie
from shop.web.csrf import NO_CSRF
from shop.web.members import OPEN_TO_ALL
from shop.web.notices import Notice
from shop.web.pages import local_path, redirect
from shop.web.pending import Resume, forget_pending, pending_of
from shop.web.request import ShopRequest
from shop.web.state import state_of
from shop.web.viewed import forget_viewed

# A signed-in user is only redirected, so a page from before the sign-in needs no token.
SENDS_ON = {NO_CSRF: True}

NextPath = Annotated[str, QueryParameter(name="next")]


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
        return await sign_in_page(request, "users/login.html", SignInForm(next=next_path))

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
            return await signed_in_already(request, users, data)
        try:
            verified = await check_password_of(
                request, users, limiter, data.username, data.password
            )
            if await factors.is_on(verified.user.id):
                return await ask_for_code(request, factors, verified, data)
            return await signed_in(request, users, resume, verified, data, "signed-in")
        except (WrongPassword, TooManyRequests, Overloaded) as error:
            return await sign_in_page(request, "users/login.html", data, error)

    @get("/signup")
    async def signup_page(self, request: ShopRequest, next_path: NextPath = "/") -> Response[Any]:
        if request.auth.session_token:
            return redirect(request, local_path(next_path))
        _check_open()
        return await sign_in_page(request, "users/signup.html", SignUpForm(next=next_path))

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
            return await sign_in_page(request, "users/signup.html", data, error)
        return await signed_in(request, users, resume, verified, data, "signed-up")

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


async def signed_in_already(request: ShopRequest, users: UserService, way: WayOn) -> Response[Any]:
    notices = [] if way.kept else [Notice("signed-in-already")]
    return await go_on(request, users.authenticated(request.user), way, *notices)


def _check_open() -> None:
    """Raises SignUpClosed."""
    if site.current().sign_up != "open":
        raise SignUpClosed


def _consent_errors(form: SignUpForm) -> list[FieldError]:
    if site.current().terms and not form.consent:
        return [FieldError("consent", N_("Please read this and tick the box."))]
    return []


async def signed_in(
    request: ShopRequest,
    users: UserService,
    resume: Resume,
    verified: Verified,
    way: WayOn,
    notice: str,
) -> Response[Any]:
    """Opens a session, runs the pending actions, and leads on. A kept form is not sent by this."""
    session, device = await open_session(request, users, verified)
    if way.kept:  # the page is already one of the new session
        identity = await users.by_session(session.value or "", known=True)
        request.scope["auth"], request.scope["user"] = identity, identity.user
    done = await resume(verified.user, pending_of(request))
    notices = done or ([] if way.kept else [Notice(notice)])
    cookies = [session, device, *forget_pending(request)]
    return await go_on(request, verified.user, way, *notices, cookies=cookies)
