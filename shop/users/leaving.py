"""Closing an account for good, and erasing what names its owner."""

import secrets

from shop.users.password_link_repository import PasswordLinkRepository
from shop.users.repository import UserRepository
from shop.users.second_factor_repository import SecondFactorRepository
from shop.users.session_repository import SessionRepository


class Leaving:
    def __init__(self) -> None:
        self._users, self._sessions = UserRepository(), SessionRepository()
        self._links, self._factors = PasswordLinkRepository(), SecondFactorRepository()

    async def close(self, user_id: int) -> None:
        """Must run in a transaction."""
        await self._users.update(user_id, {"active": False})
        await self._sessions.delete_all(user_id)
        await self._links.end_of(user_id)

    async def erase(self, user_id: int) -> None:
        """Must run in a transaction. The account keeps its number and cannot be signed in to."""
        await self._factors.delete(user_id)
        await self._links.delete_all(user_id)
        await self._users.update(
            user_id,
            {
                "username": f"erased-{user_id}",
                "password": f"erased {secrets.token_hex(16)}",
                "first_name": "",
                "last_name": "",
                "email": None,
                "employee_no": None,
                "department": "",
                "language": "",
                "admin": False,
                "superuser": False,
            },
        )
