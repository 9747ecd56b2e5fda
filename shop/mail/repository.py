"""The only place that writes `mails`."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import msgspec
from piccolo.querystring import Unquoted

from shop.mail.tables import Mail
from shop.prepared import compile_once
from shop.retries import DUE, RESULT


class Due(msgspec.Struct, frozen=True):
    """A mail to be sent, and the lease of its sender. `email` is None if the person no longer has
    one or the account is closed; `language` is empty if it is unknown."""

    id: int
    content: str
    attempts: int
    lease_token: UUID
    username: str
    email: str | None
    language: str


class Result(NamedTuple):
    """What came of one try. `pause` until the next; None if it was accepted, or was the last."""

    mail_id: int
    lease_token: UUID
    accepted: bool
    pause: timedelta | None
    answer: str


class MailRepository:
    async def add(self, user_ids: Sequence[int], contents: Sequence[str]) -> None:
        """A mail for each user with an address. Must run in the transaction that makes the change
        which they report."""
        await _add(list(user_ids), list(contents))

    async def claim_due(self, lease: timedelta, limit: int) -> list[Due]:
        """Leases mails that are due, each to one caller only, the oldest first."""
        return [Due(**row) for row in await _claim_due(uuid4(), lease, limit)]

    async def record(self, result: Result) -> None:
        """Does nothing if the lease has expired and passed to another sender."""
        await _record(*result)

    async def send_again(self, mail_id: int) -> bool:
        """Makes it due now, with all tries left; False if it was accepted already."""
        changed = (
            await Mail.update(
                {Mail.due_at: Unquoted("now()"), Mail.given_up_at: None, Mail.attempts: 0}
            )
            .where((Mail.id == mail_id) & Mail.sent_at.is_null())
            .returning(Mail.id)
        )
        return bool(changed)

    async def delete_ended(self, lasts: timedelta) -> None:
        """Mails that were sent, or given up, longer ago than this."""
        await Mail.raw(
            "DELETE FROM mails WHERE sent_at < now() - {}::interval "
            "OR (sent_at IS NULL AND given_up_at < now() - {}::interval)",
            lasts,
            lasts,
        )

    async def delete_all(self, user_id: int) -> None:
        await Mail.delete().where(Mail.user == user_id)


@compile_once
def _add(user_ids: list[int], contents: list[str]) -> Any:
    return Mail.raw(
        """
        INSERT INTO mails ("user", content)
        SELECT u.id, mail.content
        FROM unnest({}::bigint[], {}::text[]) AS mail ("user", content)
        JOIN users u ON u.id = mail."user"
        WHERE u.email IS NOT NULL AND u.active
        """,
        user_ids,
        contents,
    )


@compile_once
def _claim_due(lease_token: UUID, lease: timedelta, limit: int) -> Any:
    return Mail.raw(
        f"""
        WITH claimed AS (
            UPDATE mails SET lease_token = {{}}, leased_until = now() + {{}}::interval
            WHERE id IN (
                SELECT id FROM mails
                WHERE {DUE}
                ORDER BY due_at, id LIMIT {{}} FOR UPDATE SKIP LOCKED
            )
            RETURNING id, "user", content, attempts, lease_token
        )
        SELECT c.id, c.content, c.attempts, c.lease_token, u.username, u.language,
            CASE WHEN u.active THEN u.email END AS email
        FROM claimed c JOIN users u ON u.id = c."user" ORDER BY c.id
        """,  # noqa: S608 - no input in it
        lease_token,
        lease,
        limit,
    )


@compile_once
def _record(
    mail_id: int, lease_token: UUID, accepted: bool, pause: timedelta | None, answer: str
) -> Any:
    return Mail.raw(
        f"""
        UPDATE mails m SET {RESULT}
        FROM (VALUES ({{}}::bigint, {{}}::uuid, {{}}::boolean, {{}}::interval, {{}}::text))
            AS result (id, lease_token, accepted, pause, answer)
        WHERE m.id = result.id AND m.lease_token = result.lease_token
        RETURNING m.id
        """,  # noqa: S608 - no input in it
        mail_id,
        lease_token,
        accepted,
        pause,
        answer,
    )
