"""One sign-in opens both: the shop's sessions, as Piccolo's API and its page want to see them."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar.response import Response
from litestar.types import Receive

from shop.admin.gate.body import whole
from shop.errors import Forbidden
from shop.limits.service import RateLimiter
from shop.users.second_factor import SecondFactorService
from shop.users.service import UserService
from shop.users.sign_in import check_code_of, check_password_of, open_session
from shop.web.request import AnyRequest
from shop.web.strict import read_json

LARGEST_SIGN_IN = 10_000  # bytes
CODE_REQUIRED = "MFA code required"  # the very words that Piccolo's page asks for a code on


class StaffSessions:
    """Stands where Piccolo's API expects its own table of sessions. Staff only."""

    def __init__(self, users: UserService) -> None:
        self._users = users

    async def get_user_id(self, token: str, increase_expiry: timedelta | None = None) -> int | None:
        """Who of the staff is signed in with this token. How long that lasts, the shop decides."""
        user = (await self._users.by_session(token)).user
        return user.id if user and user.staff else None

    async def remove_session(self, token: str) -> None:
        await self._users.sessions.end(token)


class SignInForm(msgspec.Struct):
    username: str
    password: str
    mfa_code: str | None = None


class SignIn:
    """Answers the sign-in form of the admin's page, which it shows once a session has ended.

    Piccolo's own answer would be a second way in: without the shop's limits, and for shoppers too.
    """

    def __init__(
        self, users: UserService, factors: SecondFactorService, limiter: RateLimiter
    ) -> None:
        self._users, self._factors, self._limiter = users, factors, limiter

    async def answer(self, request: AnyRequest, receive: Receive) -> Response[Any]:
        """A new session. Raises InvalidInput, TooManyRequests, WrongPassword, Forbidden, WrongCode
        and SecondFactorUnreadable."""
        form = read_json(await whole(receive, LARGEST_SIGN_IN), SignInForm)
        verified = await check_password_of(
            request, self._users, self._limiter, form.username, form.password
        )
        if not verified.user.staff:
            raise Forbidden
        if await self._factors.is_on(verified.user.id):
            if form.mfa_code is None:
                return Response({"detail": CODE_REQUIRED}, status_code=401)
            verified = await check_code_of(
                request, self._factors, self._limiter, verified, form.mfa_code
            )
        cookies = await open_session(request, self._users, verified)
        return Response({"message": "logged in"}, cookies=cookies)
