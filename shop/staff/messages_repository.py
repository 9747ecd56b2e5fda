"""Messages as staff look at them."""

from typing import Any

from shop.external.tables import OutboxMessage


class MessageRepository:
    async def unsent(
        self, only_given_up: bool, before_id: int | None, limit: int
    ) -> list[dict[str, Any]]:
        """Messages that were not accepted, the newest first, with ids below `before_id`."""
        test = "given_up_at IS NOT NULL" if only_given_up else "true"
        return await OutboxMessage.raw(
            f"""
            SELECT id, type, substring(subject FROM 7) AS "order", created_at, given_up_at,
                attempts, last_answer
            FROM outbox_messages
            WHERE sent_at IS NULL AND {test} AND id < COALESCE({{}}::bigint, 9223372036854775807)
            ORDER BY id DESC LIMIT {limit:d}
            """,  # noqa: S608 - no input in it
            before_id,
        )
