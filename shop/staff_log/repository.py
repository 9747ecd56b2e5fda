"""The only place that writes `staff_actions`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from shop.staff_log.tables import StaffAction

Values = Mapping[str, Any] | None

SELECT = """
    SELECT a.id, a.at, a.actor AS actor_id, u.username AS actor, a.action, a.subject,
        a.before::text, a.after::text, a.reason
    FROM staff_actions a JOIN users u ON u.id = a.actor
"""


class Entry(msgspec.Struct, frozen=True):
    """A row of the log. `before` and `after` are JSON objects as text, or None."""

    id: int
    at: datetime
    actor_id: int
    actor: str
    action: str
    subject: str
    before: str | None
    after: str | None
    reason: str

    @property
    def changes(self) -> list[tuple[str, Any, Any]]:
        """Each changed field with its value before and after."""
        before, after = _object(self.before), _object(self.after)
        return [(name, before.get(name), after.get(name)) for name in {**before, **after}]


class Filter(msgspec.Struct, frozen=True):
    """`subject` is exact (`order:12`), `action` and `actor` too; empty for all. From `since` on,
    until before `until`."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


class StaffLogRepository:
    async def record(
        self,
        actor_id: int,
        action: str,
        subject: str,
        *,
        reason: str = "",
        before: Values = None,
        after: Values = None,
    ) -> None:
        """Must run in the transaction of what is recorded."""
        await StaffAction.raw(
            """
            INSERT INTO staff_actions (actor, action, subject, reason, before, after)
            VALUES ({}, {}, {}, {}, {}::jsonb, {}::jsonb)
            """,
            actor_id,
            action,
            subject,
            reason,
            _json(before),
            _json(after),
        )

    async def latest(self, limit: int, chosen: Filter, before_id: int | None = None) -> list[Entry]:
        """The newest first, with ids below `before_id`."""
        tests = {
            "a.id < {}": before_id,
            "u.username = {}": chosen.actor or None,
            "a.action = {}": chosen.action or None,
            "a.subject = {}": chosen.subject or None,
            "a.at >= {}": chosen.since,
            "a.at < {}": chosen.until,
        }
        used = {test: value for test, value in tests.items() if value is not None}
        where = f"WHERE {' AND '.join(used)}" if used else ""
        rows = await StaffAction.raw(
            f"{SELECT} {where} ORDER BY a.id DESC LIMIT {limit:d}",
            *used.values(),
        )
        return [Entry(**row) for row in rows]

    async def of_subjects(self, *subjects: str) -> list[Entry]:
        """What was done to these, the oldest first."""
        rows = await StaffAction.raw(
            SELECT + " WHERE a.subject = ANY({}) ORDER BY a.id", list(subjects)
        )
        return [Entry(**row) for row in rows]

    async def cancel_reason(self, order_id: int) -> str:
        """Why staff cancelled the order; empty if the shopper did."""
        rows = await StaffAction.raw(
            """
            SELECT reason FROM staff_actions WHERE subject = {} AND action = 'order.cancel'
            ORDER BY id DESC LIMIT 1
            """,
            f"order:{order_id}",
        )
        return str(rows[0]["reason"]) if rows else ""

    async def happened_within_a_day(self, action: str, subject: str) -> bool:
        """By PostgreSQL's clock."""
        rows = await StaffAction.raw(
            """
            SELECT FROM staff_actions WHERE subject = {} AND action = {}
                AND at > now() - interval '1 day' LIMIT 1
            """,
            subject,
            action,
        )
        return bool(rows)


def _json(values: Values) -> str | None:
    return None if values is None else msgspec.json.encode(values).decode()


def _object(text: str | None) -> dict[str, Any]:
    found = msgspec.json.decode(text) if text else {}
    return found if isinstance(found, dict) else {}
