"""Two-step verification of somebody who has neither their app nor their recovery codes."""

from starlette.requests import Request

from shop.admin.books import actor_of
from shop.admin.fields import Account
from shop.admin.repository import StaffRepository
from shop.admin.words import say
from shop.errors import N_
from shop.security_log import security_event
from shop.users.second_factor import SecondFactorService
from shop.users.service import UserService


class SecondFactorForms:
    def __init__(self, users: UserService, factors: SecondFactorService) -> None:
        self._users, self._factors = users, factors
        self._staff = StaffRepository()

    async def reset(self, request: Request, data: Account) -> str:
        """Turns it off and signs its owner out everywhere. Superusers only. Raises ValueError."""
        if not request.user.user.superuser:
            raise ValueError(say(request, N_("Only superusers may do this.")))
        user_id = await self._staff.user_id(data.username)
        if user_id is None:
            raise ValueError(say(request, N_("There is no user of this name.")))
        if not await self._factors.reset(user_id):
            raise ValueError(say(request, N_("Two-step verification is not on for this user.")))
        await self._users.sessions.end_all(user_id)
        security_event("second-factor-reset", user=data.username, actor=actor_of(request))
        return say(request, N_("Done. The password alone signs them in now."))
