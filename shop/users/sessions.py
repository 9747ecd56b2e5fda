"""Sessions: begun by signing in, ended by session expiry, sign-out or a new password."""

import hashlib
import secrets
from contextlib import suppress
from datetime import timedelta

from shop.errors import Unavailable
from shop.identity import GUEST, Identity, SignedInUser
from shop.users.errors import WrongPassword
from shop.users.session import Idle, OpenSession, Verified
from shop.users.session_repository import SessionRepository

DEMO_PREFIX = "demo."  # begins each token that is made while the demo is on


class SessionService:
    """A session ends after `lasts`, or after `idle` without a request.

    One that began in the demo counts only while `demo` is true: no node has to find and end them.
    """

    def __init__(
        self, repository: SessionRepository, lasts: timedelta, idle: Idle, *, demo: bool = False
    ) -> None:
        self._sessions, self._lasts, self._idle, self._demo = repository, lasts, idle, demo

    async def start(self, verified: Verified, browser: str = "", language: str = "") -> str:
        """Returns a new random token; only its hash is stored. `language` is that of the page.

        Raises WrongPassword if the password was changed, or the account closed, since it was
        checked.
        """
        token = (DEMO_PREFIX if self._demo else "") + secrets.token_urlsafe(32)
        if not await self._sessions.add(verified, hash_of(token), browser, self._lasts, language):
            raise WrongPassword
        return token

    async def identity_of(self, token: str, *, known: bool = False) -> Identity:
        """The user signed in with this token, or GUEST if the session has ended; with `known`, also
        what a page needs of the user."""
        if token.startswith(DEMO_PREFIX) and not self._demo:
            return GUEST
        find = self._sessions.user_and_known if known else self._sessions.user_of
        found = await find(hash_of(token), self._idle)
        if found is None:
            return GUEST
        if found.unseen:
            with suppress(Unavailable):  # of a database that only reads
                await self._sessions.see(hash_of(token))
        return Identity(found.user, "session", token, found.known)

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
