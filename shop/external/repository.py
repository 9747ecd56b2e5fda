"""The outbox: the only place with queries on `outbox_messages`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from piccolo.querystring import Unquoted

from shop.external.tables import OutboxMessage
from shop.prepared import compile_once
from shop.retries import DUE, RESULT

# An aggregate, because EXISTS may be answered by reading all messages ever sent.
ACCEPTED = """COALESCE((
    SELECT bool_or(m.sent_at IS NOT NULL) FROM outbox_messages m
    WHERE m.subject = 'order:' || o.id AND m.type = 'order.created'), false)"""
"""Whether the external system has accepted the order `o`."""


class Message(msgspec.Struct, frozen=True):
    """What a sender needs: the message, its tries so far, and the lease under which it is sent."""

    message_id: str
    payload: str
    attempts: int
    lease_token: UUID | None


class Result(NamedTuple):
    """What came of one try. `pause` until the next; None if it was accepted, or was the last."""

    message_id: str
    lease_token: UUID | None
    accepted: bool
    pause: timedelta | None
    answer: str


class OutboxRepository:
    async def add(
        self,
        messages: Sequence[Message],
        type_: str,
        subjects: Sequence[str],
        lease: timedelta | None,
        change: str,
    ) -> None:
        """Must run in the transaction that makes the change which the messages report."""
        await _add(
            type_,
            change,
            lease,
            [message.message_id for message in messages],
            list(subjects),
            [message.payload for message in messages],
            [message.lease_token for message in messages],
        )

    async def record(self, results: Sequence[Result]) -> int:
        """How many were recorded: not those whose lease has passed to another sender."""
        rows = await _record(
            [result.message_id for result in results],
            [result.lease_token for result in results],
            [result.accepted for result in results],
            [result.pause for result in results],
            [result.answer for result in results],
        )
        return len(rows)

    async def send_again(self, message_id: int) -> bool:
        """Makes it due now, with all tries left; False if it was accepted already."""
        changed = (
            await OutboxMessage.update(
                {
                    OutboxMessage.due_at: Unquoted("now()"),
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

        A message waits until all earlier ones about the same subject were accepted, so that the
        external system gets them in order. Raw SQL, because Piccolo has no UPDATE from a subquery;
        an aggregate, because EXISTS may be answered by reading all messages ever sent.
        """
        rows = await OutboxMessage.raw(
            f"""
            UPDATE outbox_messages SET lease_token = {{}}, leased_until = now() + {{}}::interval
            WHERE id IN (
                SELECT m.id FROM outbox_messages m
                WHERE {DUE}
                  AND (m.type = 'order.created' OR (
                      SELECT bool_and(e.sent_at IS NOT NULL) FROM outbox_messages e
                      WHERE e.subject = m.subject AND e.id < m.id))
                ORDER BY m.due_at, m.id LIMIT {{}} FOR UPDATE SKIP LOCKED
            )
            RETURNING message_id, payload, attempts, lease_token
            """,  # noqa: S608 - no input in it
            uuid4(),
            lease,
            limit,
        )
        return [Message(**row) for row in rows]

    async def erase(self, field: str, subjects: list[str]) -> None:
        """Removes a field of `data` from the payloads about these subjects."""
        await OutboxMessage.raw(
            """
            UPDATE outbox_messages SET payload = (payload::jsonb #- ARRAY['data', {}::text])::text
            WHERE subject = ANY({}::text[]) AND payload::jsonb -> 'data' ->> {}::text IS NOT NULL
            """,
            field,
            subjects,
            field,
        )

    async def count(self, type_: str, subject: str) -> int:
        """The messages of this type about a subject."""
        return int(
            await OutboxMessage.count().where(
                (OutboxMessage.subject == subject) & (OutboxMessage.type == type_)
            )
        )


@compile_once
def _add(
    type_: str,
    change: str,
    lease: timedelta | None,
    message_ids: list[str],
    subjects: list[str],
    payloads: list[str],
    lease_tokens: list[UUID | None],
) -> Any:
    return OutboxMessage.raw(
        """
        INSERT INTO outbox_messages
            (type, change, leased_until, message_id, subject, payload, lease_token)
        SELECT {}::text, {}::text, now() + {}::interval, message.* FROM unnest(
            {}::text[], {}::text[], {}::text[], {}::uuid[]
        ) AS message
        """,
        type_,
        change,
        lease,
        message_ids,
        subjects,
        payloads,
        lease_tokens,
    )


@compile_once
def _record(
    message_ids: list[str],
    lease_tokens: list[UUID | None],
    accepted: list[bool],
    pauses: list[timedelta | None],
    answers: list[str],
) -> Any:
    return OutboxMessage.raw(
        f"""
        UPDATE outbox_messages m SET {RESULT}
        FROM unnest(
            {{}}::text[], {{}}::uuid[], {{}}::boolean[], {{}}::interval[], {{}}::text[]
        ) AS result (message_id, lease_token, accepted, pause, answer)
        WHERE m.message_id = result.message_id AND m.lease_token = result.lease_token
        RETURNING m.id
        """,  # noqa: S608 - no input in it
        message_ids,
        lease_tokens,
        accepted,
        pauses,
        answers,
    )
