"""The outbox: the only place with queries on `outbox_messages`."""

from collections.abc import Collection
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec
from piccolo.columns import Column
from piccolo.columns.column_types import DEFAULT
from piccolo.columns.combination import WhereRaw
from piccolo.querystring import QueryString

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
        lease: timedelta | None,
    ) -> None:
        """Must run in the transaction that makes what the message tells of."""
        await _add(
            message.message_id,
            type_,
            subject,
            message.payload,
            message.lease_token,
            lease,
        )

    async def mark_sent(self, message_id: str, lease: UUID | None, answer: str) -> bool:
        """Accepted; False where the lease had run out and somebody else has taken over."""
        return bool(await _mark_sent(message_id, lease, answer))

    async def mark_failed(
        self, message_id: str, lease: UUID | None, pause: timedelta, answer: str
    ) -> bool:
        """Not accepted; to be tried again after `pause`."""
        return bool(await _mark_failed(message_id, lease, pause, answer))

    async def give_up(self, message_id: str, lease: UUID | None, answer: str) -> bool:
        """Not accepted at the last try; it stays listed, and staff can send it again."""
        return bool(await _give_up(message_id, lease, answer))

    async def send_again(self, message_id: int) -> bool:
        """Due now, with all its tries before it; False where it was accepted already."""
        changed = (
            await OutboxMessage.update(
                {
                    OutboxMessage.due_at: NOW,
                    OutboxMessage.given_up_at: None,
                    OutboxMessage.attempts: 0,
                }
            )
            .where((OutboxMessage.id == message_id) & OutboxMessage.sent_at.is_null())
            .returning(OutboxMessage.id)
        )
        return bool(changed)

    async def claim_due(self, lease: timedelta, limit: int) -> list[Message]:
        """Leases messages that are due, each to one caller only, the oldest first.

        A cancellation waits until its order's creation was accepted, so that the external system
        never hears of them the other way round. By hand: Piccolo has no UPDATE from a subquery.
        That creation is looked up, for EXISTS may be answered by reading all messages ever sent.
        """
        rows = await OutboxMessage.raw(
            """
            UPDATE outbox_messages SET lease_token = {}, leased_until = now() + {}::interval
            WHERE id IN (
                SELECT m.id FROM outbox_messages m
                WHERE m.sent_at IS NULL AND m.given_up_at IS NULL AND m.due_at <= now()
                  AND (m.leased_until IS NULL OR m.leased_until <= now())
                  AND (m.type <> 'order.cancelled' OR (
                      SELECT c.sent_at FROM outbox_messages c
                      WHERE c.subject = m.subject AND c.type = 'order.created') IS NOT NULL)
                ORDER BY m.due_at, m.id LIMIT {} FOR UPDATE SKIP LOCKED
            )
            RETURNING message_id, payload, attempts, lease_token
            """,
            uuid4(),
            lease,
            limit,
        )
        return [Message(**row) for row in rows]

    async def sent(self, type_: str, subjects: Collection[str]) -> set[str]:
        """Those of `subjects` whose message of this type was accepted."""
        if not subjects:
            return set()
        return {row["subject"] for row in await _sent(type_, list(subjects))}


# By PostgreSQL's clock: what one node writes, another waits for.
NOW = QueryString("now()")


def _after(pause: timedelta | None) -> QueryString:
    return QueryString("now() + {}::interval", pause)


@frozen
def _add(
    message_id: str,
    type_: str,
    subject: str,
    payload: str,
    lease_token: UUID | None,
    lease: timedelta | None,
) -> Any:
    return OutboxMessage.insert(
        OutboxMessage(
            message_id=message_id,
            type=type_,
            subject=subject,
            payload=payload,
            due_at=NOW,
            lease_token=lease_token,
            leased_until=_after(lease),
            created_at=DEFAULT,
        )
    )


@frozen
def _mark_sent(message_id: str, lease: UUID | None, answer: str) -> Any:
    return _end_try(message_id, lease, answer, {OutboxMessage.sent_at: NOW})


@frozen
def _mark_failed(message_id: str, lease: UUID | None, pause: timedelta, answer: str) -> Any:
    return _end_try(message_id, lease, answer, {OutboxMessage.due_at: _after(pause)})


@frozen
def _give_up(message_id: str, lease: UUID | None, answer: str) -> Any:
    return _end_try(message_id, lease, answer, {OutboxMessage.given_up_at: NOW})


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
