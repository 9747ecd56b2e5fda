"""The outbox: messages to the external system, written in the order's transaction, sent later."""

import asyncio
import random
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal

import msgspec

from shop.batches import PAUSE, Batches
from shop.external.breaker import Breaker
from shop.external.repository import Message, OutboxRepository, Result
from shop.external.system import ExternalSystem, Reply

# How long a sender may take before others take over; far longer than SHOP_EXTERNAL_TIMEOUT.
LEASE = timedelta(seconds=90)

# The backoff: pauses after each failed attempt, in seconds, over about three days.
PAUSES = (1, 5, 30, 120, 600, 1800, 7200, 18000, 36000, 50400, 64800, 72000)

MessageType = Literal[
    "order.created", "order.cancelled", "order.recipient", "order.shipped", "order.fulfilled",
    "order.refunded",
]  # fmt: skip


class Outbox:
    """Writes messages, and sends those it holds the lease of."""

    def __init__(self, repository: OutboxRepository, external: ExternalSystem) -> None:
        self._messages = repository
        self._external = external
        self._results: Batches[Result, None] = Batches(self._record, pause=PAUSE)
        # Set when something was written that this process does not send itself: the relay looks.
        self.written = asyncio.Event()

    @property
    def breaker(self) -> Breaker:
        return self._external.breaker

    async def write(
        self,
        type_: MessageType,
        *about: tuple[str, msgspec.Struct],
        leased: bool,
        change: str = "",
    ) -> list[Message]:
        """A message for each subject and its data, in the caller's transaction. `change` names
        what happened if that can happen to a subject more than once: there is one message for each.

        With `leased` this process sends them once that transaction has committed. If it dies
        before, the lease runs out and the relay of any process sends them. While the circuit is
        open nothing is leased: the relay sends them.
        """
        leased = leased and not self.breaker.is_open
        messages = [_message(type_, data, leased=leased) for _, data in about]
        subjects = [subject for subject, _ in about]
        await self._messages.add(messages, type_, subjects, LEASE if leased else None, change)
        return messages

    async def deliver(self, message: Message) -> bool:
        """One try of a message, and its result recorded; whether it was accepted. Without a lease
        it is left to the relay. No transaction is open and no connection held during the call.
        """
        if message.lease_token is None:
            return False
        reply = await self._external.send(message.message_id, message.payload)
        await self._results.submit(_result_of(message, reply))
        return reply.accepted

    async def _record(self, results: Sequence[Result]) -> list[None]:
        await self._messages.record(results)
        return [None] * len(results)

    async def claim_due(self, limit: int) -> list[Message]:
        """Leases up to `limit` messages that are due and not leased."""
        return await self._messages.claim_due(LEASE, limit)

    async def send_again(self, message_id: int) -> bool:
        """Staff ask for another try, now; False where it was accepted already."""
        again = await self._messages.send_again(message_id)
        self.written.set()
        return again

    async def erase(self, field: str, subjects: list[str]) -> None:
        """Removes a field of the data from the messages about these subjects."""
        if subjects:
            await self._messages.erase(field, subjects)

    async def write_next(self, type_: MessageType, subject: str, data: msgspec.Struct) -> None:
        """One more message of this type about a subject, which the caller's transaction has
        locked. A relay sends it."""
        earlier = await self._messages.count(type_, subject)
        await self.write(type_, (subject, data), leased=False, change=str(earlier + 1))


def _message(type_: MessageType, data: msgspec.Struct, *, leased: bool) -> Message:
    content = {"type": type_, "timestamp": datetime.now(UTC), "data": data}
    return Message(
        message_id=f"msg_{uuid.uuid4().hex}",
        payload=msgspec.json.encode(content).decode(),
        attempts=0,
        lease_token=uuid.uuid4() if leased else None,
    )


def _result_of(message: Message, reply: Reply) -> Result:
    pause = None
    if not reply.accepted and message.attempts < len(PAUSES):
        pause = pause_before_next(message.attempts, reply)
    return Result(message.message_id, message.lease_token, reply.accepted, pause, reply.text)


def pause_before_next(attempts: int, reply: Reply) -> timedelta:
    """Longer after each attempt, with jitter, and never shorter than `Retry-After`."""
    pause = PAUSES[min(attempts, len(PAUSES) - 1)] * random.uniform(0.8, 1.2)
    return timedelta(seconds=max(pause, reply.retry_after or 0))
