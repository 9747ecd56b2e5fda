"""One sign-in opens both: the shop's sessions, as Piccolo's API and its page want to see them."""

from datetime import timedelta
from typing import Any

import msgspec
from litestar.response import Response
from litestar.types import Receive

from shop.admin.body import decoded, whole
from shop.errors import Forbidden
from shop.limits.service import RateLimiter
from shop.limits.sign_in import count_password_try
from shop.users.controllers import session_cookie
from shop.users.names import normalised
from shop.users.service import UserService
from shop.web.client_address import address_of
from shop.web.request import AnyRequest, identity_of

LARGEST_SIGN_IN = 10_000  # bytes


class StaffSessions:
    """Stands where Piccolo's API expects its own table of sessions. Staff only."""

    def __init__(self, users: UserService) -> None:
        self._users = users

    async def get_user_id(self, token: str, increase_expiry: timedelta | None = None) -> int | None:
        """Who of the staff is signed in with this token. How long that lasts, the shop decides."""
        user = await self._users.by_session(token)
        return user.id if user and user.staff else None

    async def remove_session(self, token: str) -> None:
        await self._users.end_session(token)


class SignInForm(msgspec.Struct):
    username: str
    password: str


class SignIn:
    """Answers the sign-in form of the admin's page, which it shows once a session has ended.

    Piccolo's own answer would be a second way in: without the shop's limits, and for shoppers too.
    """

    def __init__(self, users: UserService, limiter: RateLimiter) -> None:
        self._users, self._limiter = users, limiter

    async def answer(self, request: AnyRequest, receive: Receive) -> Response[Any]:
        """A new session. Raises InvalidInput, TooManyRequests, WrongPassword and Forbidden."""
        form = decoded(await whole(receive, LARGEST_SIGN_IN), SignInForm)
        name = normalised(form.username)
        await count_password_try(self._limiter, address_of(request), name)
        user = await self._users.sign_in(form.username, form.password)
        if not user.staff:
            raise Forbidden
        if ended := identity_of(request).session_token:
            await self._users.end_session(ended)
        token = await self._users.start_session(user)
        return Response({"message": "logged in"}, cookies=[session_cookie(request, token)])
