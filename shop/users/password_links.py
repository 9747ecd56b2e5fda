"""Links by which somebody sets a password once. Staff pass them on and never know the password."""

import hmac
from collections.abc import Sequence
from datetime import timedelta

from shop.database import transactional
from shop.errors import NotFound
from shop.paging import MAX_INT
from shop.users.password_link_repository import Link, PasswordLinkRepository
from shop.users.service import UserService
from shop.web.signing import Signer

INVITATION = timedelta(days=30)
LOST_PASSWORD = timedelta(days=1)
PURPOSE = "password-link"


class PasswordLinks:
    def __init__(self, users: UserService, signer: Signer) -> None:
        self._users, self._signer = users, signer
        self._links = PasswordLinkRepository()

    async def make(self, user_ids: Sequence[int], made_by: int, lasts: timedelta) -> None:
        """A link for each user, instead of the one that they may have."""
        await self._links.add(user_ids, made_by, lasts)

    async def token_of(self, user_id: int) -> str | None:
        """The token of the user's open link; None if there is none."""
        link = await self._links.of_user(user_id)
        return self.token(link) if link else None

    def token(self, link: Link) -> str:
        return f"{link.id}-{self._proof(link)}"

    async def made_by(self, actor_id: int, after_id: int, limit: int) -> list[Link]:
        """Open links that a member of staff has made for shoppers, with ids above `after_id`."""
        return await self._links.made_by(actor_id, after_id, limit)

    async def end_of(self, user_id: int) -> None:
        """The user's open link can no longer be used."""
        await self._links.end_of(user_id)

    async def find(self, token: str) -> Link:
        """Raises NotFound if it is not one of ours, was used, or has expired."""
        number, _, proof = token.partition("-")
        in_range = number.isascii() and number.isdecimal() and 0 < int(number[:20]) <= MAX_INT
        link = await self._links.one(int(number)) if in_range else None
        if link is None or not hmac.compare_digest(self._proof(link), proof):
            raise NotFound
        return link

    async def set_password(self, token: str, password: str) -> Link:
        """Sets the password and ends the link and all sessions. Raises NotFound, and InvalidInput
        if the password breaks a rule."""
        link = await self.find(token)
        await self._set(link, password)
        return link

    @transactional
    async def _set(self, link: Link, password: str) -> None:
        if not await self._links.use(link.id):
            raise NotFound
        await self._users.set_password(link.user_id, password)

    def _proof(self, link: Link) -> str:
        content = f"{link.id}:{link.user_id}:{link.made_at.timestamp()}"
        return self._signer.digest(PURPOSE, content.encode()).hex()[:40]
