"""The outbox: the only place with queries on `outbox_messages`."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from piccolo.columns import Column
from piccolo.columns.column_types import DEFAULT
from piccolo.columns.combination import WhereRaw

from shop.external.tables import OutboxMessage
from shop.frozen import frozen


class Message(msgspec.Struct, frozen=True):
    """What a sender needs: the message, its tries so far, and the lease under which it is sent."""

    message_id: str
    payload: str
    attempts: int
    lease_token: UUID | None


class OutboxRepository:
    async def add(
        self,
        message: Message,
        type_: str,
        subject: str,
        due_at: datetime,
        leased_until: datetime | None,
    ) -> None:
        """Must run in the transaction that makes what the message tells of."""
        await _add(
            message.message_id,
            type_,
            subject,
            message.payload,
            due_at,
            message.lease_token,
            leased_until,
        )

    async def mark_sent(
        self, message_id: str, lease: UUID | None, now: datetime, answer: str
    ) -> bool:
        """Accepted; False where the lease had run out and somebody else has taken over."""
        return bool(await _mark_sent(message_id, lease, now, answer))

    async def mark_failed(
        self, message_id: str, lease: UUID | None, due_at: datetime, answer: str
    ) -> bool:
        """Not accepted; to be tried again at `due_at`."""
        return bool(await _mark_failed(message_id, lease, due_at, answer))

    async def give_up(
        self, message_id: str, lease: UUID | None, now: datetime, answer: str
    ) -> bool:
        """Not accepted at the last try; it stays listed, and staff can send it again."""
        return bool(await _give_up(message_id, lease, now, answer))

    async def send_again(self, message_id: int, now: datetime) -> bool:
        """Due now, with all its tries before it; False where it was accepted already."""
        changed = (
            await OutboxMessage.update(
                {
                    OutboxMessage.due_at: now,
                    OutboxMessage.given_up_at: None,
                    OutboxMessage.attempts: 0,
                }
            )
            .where((OutboxMessage.id == message_id) & OutboxMessage.sent_at.is_null())
            .returning(OutboxMessage.id)
        )
        return bool(changed)

    async def claim_due(self, now: datetime, lease: timedelta, limit: int) -> list[Message]:
        """Leases messages that are due, each to one caller only, the oldest first.

        A cancellation waits until its order's creation was accepted, so that the external system
        never hears of them the other way round. By hand: Piccolo has no UPDATE from a subquery.
        That creation is looked up, for EXISTS may be answered by reading all messages ever sent.
        """
        rows = await OutboxMessage.raw(
            """
            UPDATE outbox_messages SET lease_token = {}, leased_until = {}
            WHERE id IN (
                SELECT m.id FROM outbox_messages m
                WHERE m.sent_at IS NULL AND m.given_up_at IS NULL AND m.due_at <= {}
                  AND (m.leased_until IS NULL OR m.leased_until <= {})
                  AND (m.type <> 'order.cancelled' OR (
                      SELECT c.sent_at FROM outbox_messages c
                      WHERE c.subject = m.subject AND c.type = 'order.created') IS NOT NULL)
                ORDER BY m.due_at, m.id LIMIT {} FOR UPDATE SKIP LOCKED
            )
            RETURNING message_id, payload, attempts, lease_token
            """,
            uuid4(),
            now + lease,
            now,
            now,
            limit,
        )
        return [Message(**row) for row in rows]

    async def sent(self, type_: str, subjects: Collection[str]) -> set[str]:
        """Those of `subjects` whose message of this type was accepted."""
        if not subjects:
            return set()
        return {row["subject"] for row in await _sent(type_, list(subjects))}


@frozen
def _add(
    message_id: str,
    type_: str,
    subject: str,
    payload: str,
    due_at: datetime,
    lease: UUID | None,
    leased_until: datetime | None,
) -> Any:
    return OutboxMessage.insert(
        OutboxMessage(
            message_id=message_id,
            type=type_,
            subject=subject,
            payload=payload,
            due_at=due_at,
            lease_token=lease,
            leased_until=leased_until,
            created_at=DEFAULT,
        )
    )


@frozen
def _mark_sent(message_id: str, lease: UUID | None, now: datetime, answer: str) -> Any:
    return _end_try(message_id, lease, answer, {OutboxMessage.sent_at: now})


@frozen
def _mark_failed(message_id: str, lease: UUID | None, due_at: datetime, answer: str) -> Any:
    return _end_try(message_id, lease, answer, {OutboxMessage.due_at: due_at})


@frozen
def _give_up(message_id: str, lease: UUID | None, now: datetime, answer: str) -> Any:
    return _end_try(message_id, lease, answer, {OutboxMessage.given_up_at: now})


def _end_try(
    message_id: str, lease: UUID | None, answer: str, result: dict[Column | str, Any]
) -> Any:
    return (
        OutboxMessage.update(
            {
                **result,
                OutboxMessage.last_answer: answer,
                OutboxMessage.attempts: OutboxMessage.attempts + 1,
                OutboxMessage.lease_token: None,
                OutboxMessage.leased_until: None,
            }
        )
        .where((OutboxMessage.message_id == message_id) & (OutboxMessage.lease_token == lease))
        .returning(OutboxMessage.id)
    )


@frozen
def _sent(type_: str, subjects: list[str]) -> Any:
    return OutboxMessage.select(OutboxMessage.subject).where(
        (OutboxMessage.type == type_)
        & WhereRaw("subject = ANY({})", subjects)
        & OutboxMessage.sent_at.is_not_null()
    )
