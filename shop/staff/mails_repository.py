"""Mails as staff look at them."""

from typing import Any

from shop.mail.tables import Mail


class MailListRepository:
    async def unsent(
        self, only_given_up: bool, before_id: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Mails that no server has accepted, the newest first, with ids below `before_id`. `kind`
        is the tag of the content; nothing else of it is shown."""
        test = "m.given_up_at IS NOT NULL" if only_given_up else "true"
        return await Mail.raw(
            f"""
            SELECT m.id, m.content::json ->> 'type' AS kind, m."user" AS user_id, u.username,
                m.created_at, m.given_up_at, m.attempts, m.last_answer
            FROM mails m JOIN users u ON u.id = m."user"
            WHERE m.sent_at IS NULL AND {test}
                AND m.id < COALESCE({{}}::bigint, 9223372036854775807)
            ORDER BY m.id DESC LIMIT {limit:d}
            """,  # noqa: S608 - no input in it
            before_id,
        )
