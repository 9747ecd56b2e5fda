"""Turning two-step verification off for a user who has lost both app and recovery codes."""

from shop.database import transactional
from shop.security_log import security_event
from shop.users.second_factor_repository import SecondFactorRepository
from shop.users.session_repository import SessionRepository


async def reset_second_factor(user_id: int, username: str, actor: object) -> bool:
    """Turns it off and ends all sessions of the user; False if it was not on.

    `actor`, who did it, is for the security log.
    """
    was_on = await _reset(user_id)
    if was_on:
        security_event("second-factor-reset", user=username, actor=actor)
    return was_on


@transactional
async def _reset(user_id: int) -> bool:
    was_on = await SecondFactorRepository().delete(user_id)
    if was_on:
        await SessionRepository().delete_all(user_id)
    return was_on
