"""Mails the links by which people choose a password."""

from collections.abc import Sequence

from shop.mail.content import Invitation, PasswordReset
from shop.mail.service import MailService
from shop.users.password_links import PasswordLinks, Tell


async def invite(mail: MailService, links: PasswordLinks, user_ids: Sequence[int]) -> None:
    """To those with an address. Must run in the transaction that makes the links."""
    if mail.enabled:
        made = await links.of_users(user_ids)
        await mail.write((link.user_id, Invitation(link.id)) for link in made)


def tell_by(mail: MailService) -> Tell:
    """Mails a user the link that they have asked for."""

    async def tell(user_id: int, link_id: int) -> None:
        await mail.write([(user_id, PasswordReset(link_id))])

    return tell
