"""Links that set a password once. Staff pass them on, or the shop mails them; only the user knows
the password."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from shop.database import transactional
from shop.numbers import row_id
from shop.users.errors import LinkEnded
from shop.users.names import normalised
from shop.users.password_link_repository import Link, PasswordLinkRepository
from shop.users.service import UserService
from shop.web.signing import Signer

INVITATION = timedelta(days=30)
LOST_PASSWORD = timedelta(days=1)
FORGOTTEN = timedelta(minutes=30)
PURPOSE = "password-link"
PROOF_LENGTH = 40  # characters


Tell = Callable[[int, int], Awaitable[None]]
"""Mails the user of this id the link of that id; called in the transaction that makes the link."""


class PasswordLinks:
    def __init__(self, users: UserService, signer: Signer) -> None:
        self._users, self._signer = users, signer
        self._links = PasswordLinkRepository()

    async def make(self, user_ids: Sequence[int], made_by: int, lasts: timedelta) -> None:
        """Makes a link for each user, which replaces an earlier one."""
        await self._links.add(user_ids, made_by, lasts)

    @transactional
    async def make_own(self, email_or_name: str, tell: Tell) -> None:
        """A link for a user who has forgotten their password, sent by `tell`. Does nothing, without
        an error, unless there is an open account with an address. A link that staff have made stays
        valid."""
        if link := await self._links.add_own(normalised(email_or_name), FORGOTTEN):
            await tell(link.user_id, link.id)

    async def of_users(self, user_ids: Sequence[int]) -> list[Link]:
        """The open links that staff have made for these users."""
        return await self._links.of_users(user_ids)

    async def token_of_link(self, link_id: int) -> str | None:
        """None if it was used or has expired."""
        link = await self._links.one(link_id)
        return self.token(link) if link else None

    async def token_of(self, user_id: int) -> str | None:
        """The token of the user's open link; None if there is none."""
        link = await self._links.of_user(user_id)
        return self.token(link) if link else None

    def token(self, link: Link) -> str:
        proof = self._signer.proof(PURPOSE, _signed(link), PROOF_LENGTH)
        return f"{link.id}-{proof}"

    async def made_by(self, actor_id: int, after_id: int, limit: int) -> list[Link]:
        """Open links that a member of staff has made for shoppers, with ids above `after_id`."""
        return await self._links.made_by(actor_id, after_id, limit)

    async def end_of(self, user_id: int) -> None:
        """The user's open link can no longer be used."""
        await self._links.end_of(user_id)

    async def find(self, token: str) -> Link:
        """Raises LinkEnded if it is not one of ours, was used, or has expired, or if the account is
        closed."""
        number, _, proof = token.partition("-")
        link_id = row_id(number)
        link = await self._links.one(link_id) if link_id else None
        if link is None or not self._is_proof(link, proof):
            raise LinkEnded
        return link

    async def set_password(self, token: str, password: str) -> Link:
        """Sets the password and ends all links and sessions of the user. Raises LinkEnded, and
        InvalidInput if the password breaks a rule."""
        link = await self.find(token)
        await self._set(link, password)
        return link

    @transactional
    async def _set(self, link: Link, password: str) -> None:
        if not await self._links.use(link.id):
            raise LinkEnded
        await self._links.end_of(link.user_id)
        await self._users.set_password(link.user_id, password)

    def _is_proof(self, link: Link, proof: str) -> bool:
        return self._signer.is_proof(PURPOSE, _signed(link), proof, PROOF_LENGTH)


def _signed(link: Link) -> bytes:
    return f"{link.id}:{link.user_id}:{link.made_at.timestamp()}".encode()
