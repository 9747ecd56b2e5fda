"""Postman: hands a mail to the mail server."""

import asyncio
import ssl
from email.message import EmailMessage
from typing import NamedTuple

import aiosmtplib
from aiosmtplib import (
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPRecipientsRefused,
    SMTPResponseException,
)

from shop.settings.smtp import SmtpServer

TIMEOUT = 15.0  # seconds for one mail, from the connection to the server's last answer
MAX_ANSWER = 300  # characters that are kept for staff
REFUSALS = (SMTPRecipientRefused, SMTPDataError)


class Reply(NamedTuple):
    """What came of one try. `final`: the server refuses this mail, and would again."""

    accepted: bool
    text: str
    final: bool = False


class Postman:
    """Sends mails, each within TIMEOUT. What the network or the server does raises nothing."""

    def __init__(self, server: SmtpServer, sender: str) -> None:
        self._server, self._sender = server, sender

    async def send(self, message: EmailMessage, recipient: str) -> Reply:
        try:
            async with asyncio.timeout(TIMEOUT):
                return Reply(True, _storable(await self._send(message, recipient)))
        except SMTPException as error:
            return _refused(error)
        except (TimeoutError, OSError, ssl.SSLError, ValueError) as error:
            return Reply(False, _storable(f"{type(error).__name__}: {error}"))

    async def _send(self, message: EmailMessage, recipient: str) -> str:
        server = self._server
        _, answer = await aiosmtplib.send(
            message,
            sender=self._sender,
            recipients=[recipient],
            hostname=server.host,
            port=server.port,
            username=server.user,
            password=server.password,
            use_tls=server.tls,
            start_tls=True if server.needs_starttls else None,
            timeout=TIMEOUT,
        )
        return answer


def _refused(error: SMTPException) -> Reply:
    """A 5xx about the recipient or the text is final. One about the connection, the sign-in or the
    sender is a fault of the settings, and is tried again."""
    if isinstance(error, SMTPRecipientsRefused):
        error = error.recipients[0]
    if not isinstance(error, SMTPResponseException):
        return Reply(False, _storable(f"{type(error).__name__}: {error}"))
    final = isinstance(error, REFUSALS) and error.code >= 500
    return Reply(False, _storable(f"{error.code} {error.message}"), final)


def _storable(text: str) -> str:
    """What PostgreSQL can store of a text, and staff can read."""
    return text.encode(errors="replace").decode().replace("\x00", "")[:MAX_ANSWER]
