"""A new password for somebody who has lost theirs."""

from starlette.requests import Request

from shop.admin.books import actor_of
from shop.admin.fields import NewPassword
from shop.admin.repository import StaffRepository
from shop.admin.words import say
from shop.errors import N_
from shop.security_log import security_event
from shop.users.service import UserService


class PasswordForms:
    def __init__(self, users: UserService) -> None:
        self._users = users
        self._staff = StaffRepository()

    async def set(self, request: Request, data: NewPassword) -> str:
        """Sets it and signs its owner out everywhere. Superusers only. Raises ValueError."""
        if not request.user.user.superuser:
            raise ValueError(say(request, N_("Only superusers may do this.")))
        user_id = await self._staff.user_id(data.username)
        if user_id is None:
            raise ValueError(say(request, N_("There is no user with this name.")))
        await self._users.set_password(user_id, data.new_password)
        security_event("password-set", user=data.username, actor=actor_of(request))
        return say(request, N_("Done. The new password is set."))
