"""Two-step verification of somebody who has neither their app nor their recovery codes."""

from starlette.requests import Request

from shop.admin.books import actor_of
from shop.admin.fields import Account
from shop.admin.repository import StaffRepository
from shop.admin.words import say
from shop.errors import N_
from shop.users.second_factor_reset import reset_second_factor


async def reset(request: Request, data: Account) -> str:
    """Turns it off and signs its owner out everywhere. Superusers only. Raises ValueError."""
    if not request.user.user.superuser:
        raise ValueError(say(request, N_("Only superusers may do this.")))
    user_id = await StaffRepository().user_id(data.username)
    if user_id is None:
        raise ValueError(say(request, N_("There is no user with this name.")))
    if not await reset_second_factor(user_id, data.username, actor_of(request)):
        raise ValueError(say(request, N_("Two-step verification is not on for this user.")))
    return say(request, N_("Done. They can now sign in with their password alone."))
