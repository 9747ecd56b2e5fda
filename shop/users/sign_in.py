"""Sign-in for the shop's form and the admin's: counts the attempt, checks the password and the code
of the second factor, and opens a session."""

from litestar.datastructures import Cookie

from shop.limits.service import RateLimiter
from shop.limits.sign_in import count_code_try, count_password_try
from shop.security_log import security_event
from shop.users.browsers import name_of_browser
from shop.users.devices import device_cookie, device_of
from shop.users.errors import SecondFactorUnreadable, WrongCode, WrongPassword
from shop.users.names import normalised
from shop.users.passwords import check_capacity
from shop.users.second_factor import SecondFactorService
from shop.users.service import UserService
from shop.users.session import Verified
from shop.web.client_address import client_ip
from shop.web.cookies import SESSION, make_cookie
from shop.web.i18n import language_of
from shop.web.request import AnyRequest, identity_of
from shop.web.state import state_of


async def check_password_of(
    request: AnyRequest, users: UserService, limiter: RateLimiter, username: str, password: str
) -> Verified:
    """Returns the user, without signing in.

    Raises Overloaded, which counts as no try, TooManyRequests and WrongPassword.
    """
    check_capacity()
    name, address = normalised(username), client_ip(request)
    await count_password_try(limiter, address, name, device_of(request, name))
    try:
        return await users.sign_in(username, password)
    except WrongPassword:
        security_event("sign-in-failed", user=name, address=address)
        raise


async def check_code_of(
    request: AnyRequest,
    factors: SecondFactorService,
    limiter: RateLimiter,
    verified: Verified,
    code: str,
) -> Verified:
    """`verified`, with its second factor checked.

    Raises TooManyRequests, WrongCode and SecondFactorUnreadable.
    """
    name = verified.user.username
    await count_code_try(limiter, verified.user.id, device_of(request, name))
    try:
        await factors.use_code(verified.user.id, code)
    except (WrongCode, SecondFactorUnreadable):
        security_event("second-factor-failed", user=name, address=client_ip(request))
        raise
    return verified._replace(second_factor=True)


async def open_session(request: AnyRequest, users: UserService, verified: Verified) -> list[Cookie]:
    """The cookies of a new session; the browser's earlier session ends.

    Raises WrongPassword if meanwhile the password was changed, the account closed, or a second
    factor turned on.
    """
    browser = name_of_browser(request.headers.get("user-agent"))
    token = await users.sessions.start(verified, browser, language_of(request))
    if before := identity_of(request).session_token:
        await users.sessions.end(before)
    security_event("sign-in", user=verified.user.username, address=client_ip(request))
    return [session_cookie(request, token), device_cookie(request, verified.user.username)]


def session_cookie(request: AnyRequest, token: str) -> Cookie:
    settings = state_of(request.app).settings
    lasts = settings.session_days * 86400
    return make_cookie(request, SESSION, token, lasts)
