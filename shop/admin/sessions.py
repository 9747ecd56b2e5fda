"""One sign-in opens both: the shop's sessions, as Piccolo's API wants to see them."""

from datetime import datetime, timedelta
from typing import NamedTuple

from starlette.exceptions import HTTPException

from shop.users.repository import UserRepository
from shop.users.service import UserService


class StaffSession(NamedTuple):
    token: str


class StaffSessions:
    """Stands where Piccolo's API expects its own table of sessions. Staff only.

    How long a session lasts is the shop's decision, so what Piccolo asks for is not heard.
    """

    def __init__(self, users: UserService) -> None:
        self._users = users

    async def get_user_id(self, token: str, increase_expiry: timedelta | None = None) -> int | None:
        """Who of the staff is signed in with this token."""
        user = await self._users.by_session(token)
        return user.id if user and user.staff else None

    async def remove_session(self, token: str) -> None:
        await self._users.end_session(token)

    async def create_session(
        self,
        user_id: int,
        expiry_date: datetime | None = None,
        max_expiry_date: datetime | None = None,
    ) -> StaffSession:
        """A new session after the admin's own sign-in form. A shopper gets none: 401."""
        user = await UserRepository().by_id(user_id)
        if user is None or not user.staff:
            raise HTTPException(401, "Login failed")
        return StaffSession(await self._users.start_session(user))
