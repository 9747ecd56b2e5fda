"""Writing mails: each in the transaction of what it tells, so that neither stands without the
other. The relay sends them."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from shop.mail.content import Content
from shop.mail.repository import MailRepository

KEPT = timedelta(days=30)
"""How long a mail is kept after it was sent or given up."""


class MailService:
    """`enabled`: a mail server is set up. Without one nothing is written."""

    def __init__(self, *, enabled: bool = False) -> None:
        self.enabled = enabled
        self._mails = MailRepository()

    async def write(self, mails: Iterable[tuple[int, Content]]) -> None:
        """A mail for each user, in one statement; nothing for users without an address."""
        if self.enabled and (pairs := list(mails)):
            contents = [msgspec.json.encode(content).decode() for _, content in pairs]
            await self._mails.add([user_id for user_id, _ in pairs], contents)

    async def send_again(self, mail_id: int) -> bool:
        """Staff ask for another try, now; False where it was accepted already."""
        return await self._mails.send_again(mail_id)

    async def sweep(self) -> None:
        await self._mails.delete_ended(KEPT)
