"""The outbox: what the external system must be told, written with the order, sent after it."""

import asyncio
import random
import uuid
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from shop.external.repository import Message, OutboxRepository
from shop.external.system import ExternalSystem, Reply

# How long a sender may take before others take over; far longer than SHOP_EXTERNAL_TIMEOUT.
LEASE = timedelta(seconds=90)

# Pauses after each failed try, in seconds: close together at first, then over about three days.
PAUSES = (1, 5, 30, 120, 600, 1800, 7200, 18000, 36000, 50400, 64800, 72000)

MessageType = Literal["order.created", "order.cancelled"]


class Outbox:
    """Writes messages, and sends those it holds the lease of."""

    def __init__(self, repository: OutboxRepository, external: ExternalSystem) -> None:
        self._messages = repository
        self._external = external
        # Set when something was written that this process does not send itself: the relay looks.
        self.written = asyncio.Event()

    async def write(
        self, type_: MessageType, subject: str, data: msgspec.Struct, leased: bool
    ) -> Message:
        """A message about `subject`, in the caller's transaction.

        With `leased` it is this process that sends it once that transaction stands; where it dies
        before, the lease runs out and the relay sends it.
        """
        event = {"type": type_, "timestamp": datetime.now(UTC), "data": data}
        payload = msgspec.json.encode(event).decode()
        message = Message(
            message_id=f"msg_{uuid.uuid4().hex}",
            payload=payload,
            attempts=0,
            lease_token=uuid.uuid4() if leased else None,
        )
        await self._messages.add(message, type_, subject, LEASE if leased else None)
        return message

    async def deliver(self, message: Message) -> bool:
        """One try of a message whose lease we hold, and what came of it; whether it was accepted.

        No transaction is open and no connection held while the external system is asked.
        """
        reply = await self._external.send(message.message_id, message.payload)
        if reply.accepted:
            await self._messages.mark_sent(message.message_id, message.lease_token, reply.text)
        elif message.attempts >= len(PAUSES):
            await self._messages.give_up(message.message_id, message.lease_token, reply.text)
        else:
            pause = pause_before_next(message.attempts, reply)
            await self._messages.mark_failed(
                message.message_id, message.lease_token, pause, reply.text
            )
        return reply.accepted

    async def claim_due(self, limit: int) -> list[Message]:
        """Leases up to `limit` messages that are due and that nobody else is sending."""
        return await self._messages.claim_due(LEASE, limit)

    async def send_again(self, message_id: int) -> bool:
        """Staff ask for another try, now; False where it was accepted already."""
        again = await self._messages.send_again(message_id)
        self.written.set()
        return again

    async def delivered(self, type_: MessageType, subjects: list[str]) -> set[str]:
        """Those of `subjects` whose message of this type was accepted."""
        return await self._messages.sent(type_, subjects)


def pause_before_next(attempts: int, reply: Reply) -> timedelta:
    """Longer after each try, a little different for each message, never shorter than asked for."""
    pause = PAUSES[min(attempts, len(PAUSES) - 1)] * random.uniform(0.8, 1.2)
    return timedelta(seconds=max(pause, reply.retry_after or 0))
