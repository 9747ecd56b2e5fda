"""The only place that writes `staff_actions`."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from shop.paging import MAX_INT, MOMENT
from shop.staff_log.entry import Entry, Filter
from shop.staff_log.tables import StaffAction

Values = Mapping[str, Any] | None

SELECT = """
    SELECT a.id, a.at, a.actor AS actor_id, u.username AS actor, a.action, a.subject,
        (extract(epoch FROM a.at) * 1000000)::bigint AS at_us, a.before::text, a.after::text,
        a.reason
    FROM ({chosen}) a JOIN users u ON u.id = a.actor
    ORDER BY {order}
"""

ACTOR = "(SELECT id FROM users WHERE username = {})"


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

    async def record_status(
        self, actor_id: int, action: str, subject: str, before: str, after: str, reason: str = ""
    ) -> None:
        """As `record`, for a change of an order's status."""
        await self.record(
            actor_id,
            action,
            subject,
            reason=reason,
            before={"status": before},
            after={"status": after},
        )

    async def record_seen(self, actor_id: int, action: str, subjects: Sequence[str]) -> None:
        """Records that the actor saw these, if not within the last hour."""
        if not subjects:
            return
        await StaffAction.raw(
            """
            INSERT INTO staff_actions (actor, action, subject)
            SELECT {}, {}, subject FROM unnest({}::text[]) AS seen (subject)
            WHERE NOT EXISTS (
                SELECT FROM staff_actions a
                WHERE a.subject = seen.subject AND a.action = {} AND a.actor = {}
                    AND a.at > now() - interval '1 hour')
            """,
            actor_id,
            action,
            list(subjects),
            action,
            actor_id,
        )

    async def erase(self, subject: str, names: Collection[str]) -> None:
        """The values with these names become null, in all that was done to the subject."""
        await StaffAction.raw(
            f"""
            UPDATE staff_actions SET before = {_erased("before")}, after = {_erased("after")}
            WHERE subject = {{}} AND (before ?| {{}} OR after ?| {{}})
            """,  # noqa: S608 - no input in it
            *([*names], [*names], subject, [*names], [*names]),
        )

    async def latest(
        self, limit: int, chosen: Filter, before: Sequence[int] | None = None
    ) -> list[Entry]:
        """The newest first. `before`: microseconds and id of the last row of the page before."""
        tests = {
            "a.subject = {}": chosen.subject or None,
            "a.at >= {}": chosen.since,
            "a.at < {}": chosen.until,
        }
        if chosen.actor and chosen.action:
            tests["a.action = {}"] = chosen.action
        used = {test: value for test, value in tests.items() if value is not None}
        place, order, args = _place(chosen, before)
        where = " AND ".join([*place, *used]) or "true"
        sql = f"SELECT * FROM staff_actions a WHERE {where} ORDER BY {order} LIMIT {limit:d}"  # noqa: S608 - no input in it
        rows = await StaffAction.raw(SELECT.format(chosen=sql, order=order), *args, *used.values())
        return [Entry(**row) for row in rows]

    async def of_subjects(self, *subjects: str) -> list[Entry]:
        """The actions on these, the oldest first."""
        sql = "SELECT * FROM staff_actions WHERE subject = ANY({})"
        rows = await StaffAction.raw(SELECT.format(chosen=sql, order="a.id"), list(subjects))
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

    async def happened_within_a_day(self, actions: Sequence[str], subject: str) -> bool:
        """By PostgreSQL's clock."""
        rows = await StaffAction.raw(
            """
            SELECT FROM staff_actions WHERE subject = {} AND action = ANY({})
                AND at > now() - interval '1 day' LIMIT 1
            """,
            subject,
            list(actions),
        )
        return bool(rows)


def _place(chosen: Filter, before: Sequence[int] | None) -> tuple[list[str], str, list[Any]]:
    """Where the list is, its order, and the arguments. The actions of one member of staff, or of
    one kind, are a part of an index and not a filter: PostgreSQL would read all actions to find
    those of a person with few."""
    if chosen.actor:
        column, one, value = "a.actor", ACTOR, chosen.actor
    elif chosen.action:
        column, one, value = "a.action", "{}", chosen.action
    else:
        tests = [f"(a.at, a.id) < ({MOMENT}, {{}})"] if before else []
        return tests, "a.at DESC, a.id DESC", [*(before or ())]
    last, args = (f"{MOMENT}, {{}}", list(before)) if before else (f"'infinity', {MAX_INT}", [])
    tests = [f"{column} >= {one}", f"({column}, a.at, a.id) < ({one}, {last})"]
    return tests, f"{column} DESC, a.at DESC, a.id DESC", [value, value, *args]


def _json(values: Values) -> str | None:
    return None if values is None else msgspec.json.encode(values).decode()


def _erased(column: str) -> str:
    """The JSON object of the column, in which the values of some names, an argument, are null."""
    return f"""{column} || (
        SELECT COALESCE(jsonb_object_agg(key, NULL), jsonb_build_object())
        FROM jsonb_object_keys({column}) key WHERE key = ANY({{}}::text[]))"""  # noqa: S608 - no input in it
