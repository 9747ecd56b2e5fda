"""A new password for somebody who has lost theirs."""

import logging

from starlette.requests import Request

from shop.admin.books import actor_of
from shop.admin.fields import NewPassword
from shop.admin.repository import StaffRepository
from shop.admin.words import say
from shop.database import transactional
from shop.errors import N_
from shop.users.passwords import hash_password
from shop.users.repository import UserRepository

log = logging.getLogger("shop.admin")


async def set_password(request: Request, data: NewPassword) -> str:
    """Sets it and signs its owner out everywhere. Superusers only. Raises ValueError."""
    if not request.user.user.superuser:
        raise ValueError(say(request, N_("Only superusers may do this.")))
    user_id = await StaffRepository().user_id(data.username)
    if user_id is None:
        raise ValueError(say(request, N_("There is no user of this name.")))
    await _replace(user_id, await hash_password(data.new_password))
    log.info("password of user %s set by user %s", user_id, actor_of(request))
    return say(request, N_("Done. The new password is set."))


@transactional
async def _replace(user_id: int, hashed: str) -> None:
    await UserRepository().set_password(user_id, hashed)
    await StaffRepository().sign_out_everywhere(user_id)
