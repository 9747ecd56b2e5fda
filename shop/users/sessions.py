"""Sessions: created by signing in, ended by time, by signing out or by a new password."""

import hashlib
import secrets
from contextlib import suppress
from datetime import timedelta

from shop.errors import Unavailable, WrongPassword
from shop.identity import SignedInUser
from shop.users.session_repository import Idle, OpenSession, SessionRepository, Verified

DEMO_PREFIX = "demo."  # begins each token that is made while the demo is on


class SessionService:
    """A session ends after `lasts`, or after `idle` without a request.

    One that began in the demo counts only while `demo` is true: no node has to find and end them.
    """

    def __init__(
        self, repository: SessionRepository, lasts: timedelta, idle: Idle, *, demo: bool = False
    ) -> None:
        self._sessions, self._lasts, self._idle, self._demo = repository, lasts, idle, demo

    async def start(self, verified: Verified, browser: str = "") -> str:
        """Returns a new random token; only its hash is stored.

        Raises WrongPassword where the password was changed, or the account closed, since it was
        checked.
        """
        token = (DEMO_PREFIX if self._demo else "") + secrets.token_urlsafe(32)
        if not await self._sessions.add(verified, hash_of(token), browser, self._lasts):
            raise WrongPassword
        return token

    async def user_of(self, token: str) -> SignedInUser | None:
        """The user signed in with this token, or None if the session has ended."""
        if token.startswith(DEMO_PREFIX) and not self._demo:
            return None
        found = await self._sessions.user_of(hash_of(token), self._idle)
        if found and found.unseen:
            with suppress(Unavailable):  # of a database that only reads
                await self._sessions.see(hash_of(token))
        return found.user if found else None

    async def of_user(self, user: SignedInUser, token: str | None) -> list[OpenSession]:
        """The sessions of this user: that of this token, then by `last_seen`."""
        return await self._sessions.of_user(user.id, hash_of(token or ""), self._idle)

    async def end(self, token: str) -> None:
        await self._sessions.delete(hash_of(token))

    async def end_all(self, user_id: int, but: str | None = None) -> None:
        """Ends all sessions of the user except that of the token `but`."""
        await self._sessions.delete_all(user_id, hash_of(but) if but else "")

    async def sweep(self) -> None:
        """Deletes sessions that have ended."""
        await self._sessions.delete_ended(self._idle)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
