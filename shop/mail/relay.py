"""The mail relay: sends mails that are due. It runs in every process of the shop."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from shop.background import every
from shop.mail import answers
from shop.mail.letters import LetterWriter
from shop.mail.postman import Postman, Reply
from shop.mail.repository import Due, MailRepository, Result

POLL = 1.0  # seconds between looks for what is due
BATCH = 5  # mails at once, each over its own connection
# How long a sender may take before others take over; far longer than the postman's time-out.
LEASE = timedelta(seconds=90)

# Pauses after each failed try, in seconds: over about two days.
PAUSES = (5, 30, 120, 600, 1800, 3600, 7200, 14400, 28800, 43200, 64800)

NOT_NEEDED = Reply(False, answers.NOT_NEEDED, final=True)


class MailRelay:
    def __init__(self, writer: LetterWriter, postman: Postman) -> None:
        self._writer, self._postman = writer, postman
        self._mails = MailRepository()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        async with every(POLL, self.send_all_due, "mails"):
            yield

    async def send_all_due(self) -> None:
        while await self.send_due():
            pass

    async def send_due(self) -> int:
        """Tries a batch of the mails that are due; how many there were."""
        due = await self._mails.claim_due(LEASE, BATCH)
        await asyncio.gather(*(self._send(mail) for mail in due))
        return len(due)

    async def _send(self, mail: Due) -> None:
        """One try, and its result recorded. No transaction is open and no connection held during
        the call."""
        message = await self._writer.letter(mail)
        if message is None or mail.email is None:
            reply = NOT_NEEDED
        else:
            reply = await self._postman.send(message, mail.email)
        await self._mails.record(_result_of(mail, reply))


def _result_of(mail: Due, reply: Reply) -> Result:
    pause = None
    if not reply.accepted and not reply.final and mail.attempts < len(PAUSES):
        pause = timedelta(seconds=PAUSES[mail.attempts] * random.uniform(0.8, 1.2))
    return Result(mail.id, mail.lease_token, reply.accepted, pause, reply.text)
