"""Points as staff look at them: entries, totals, and a month's sheet that adds up."""

from datetime import datetime
from typing import Any

import msgspec

from shop.points.tables import PointEntry
from shop.staff.search import containing

KINDS = ("grant", "spend", "refund", "adjust")


class EntryRow(msgspec.Struct, frozen=True):
    """A movement of points, of whom, and by which member of staff."""

    id: int
    user_id: int
    username: str
    amount: int
    kind: str
    reference: str
    reason: str
    balance_after: int
    created_at: datetime
    actor: str | None


class EntryFilter(msgspec.Struct, frozen=True):
    """`q`: a part of a username. From `since` on, before `until`."""

    q: str = ""
    kind: str = ""
    since: datetime | None = None
    until: datetime | None = None


class Sheet(msgspec.Struct, frozen=True):
    """A month in points: `opening` + all movements = `closing`."""

    opening: int
    granted: int
    spent: int
    refunded: int
    corrected: int

    @property
    def closing(self) -> int:
        return self.opening + self.granted + self.spent + self.refunded + self.corrected


class StaffPointRepository:
    async def entries(
        self, chosen: EntryFilter, below_id: int | None, limit: int
    ) -> list[EntryRow]:
        """The newest first, with ids below `below_id`."""
        part = containing(chosen.q)
        tests = {
            "e.id < {}": below_id,
            'e."user" IN (SELECT id FROM users WHERE username ILIKE {})': part
            if chosen.q
            else None,
            "e.kind = {}": chosen.kind or None,
            "e.created_at >= {}": chosen.since,
            "e.created_at < {}": chosen.until,
        }
        used = {test: value for test, value in tests.items() if value is not None}
        where = f"WHERE {' AND '.join(used)}" if used else ""
        rows = await PointEntry.raw(
            f"""
            SELECT e.id, e."user" AS user_id, u.username, e.amount, e.kind, e.reference, e.reason,
                e.balance_after, e.created_at, a.username AS actor
            FROM point_entries e JOIN users u ON u.id = e."user" LEFT JOIN users a ON a.id = e.actor
            {where} ORDER BY e.id DESC LIMIT {limit:d}
            """,  # noqa: S608 - no input in it
            *used.values(),
        )
        return [EntryRow(**row) for row in rows]

    async def outstanding(self) -> dict[str, Any]:
        """Points that can be spent, and those of closed accounts."""
        [row] = await PointEntry.raw(
            """
            SELECT COALESCE(sum(b.balance) FILTER (WHERE u.active), 0)::bigint AS open,
                COALESCE(sum(b.balance) FILTER (WHERE NOT u.active), 0)::bigint AS closed
            FROM point_balances b JOIN users u ON u.id = b."user"
            """
        )
        return row

    async def sheet(self, begin: datetime, end: datetime) -> Sheet:
        """From `begin` on, before `end`."""
        [row] = await PointEntry.raw(
            """
            SELECT COALESCE(sum(amount) FILTER (WHERE created_at < {}), 0)::bigint AS opening,
                COALESCE(sum(amount) FILTER (WHERE created_at >= {} AND kind = 'grant'), 0)::bigint
                    AS granted,
                COALESCE(sum(amount) FILTER (WHERE created_at >= {} AND kind = 'spend'), 0)::bigint
                    AS spent,
                COALESCE(sum(amount) FILTER (WHERE created_at >= {} AND kind = 'refund'), 0)::bigint
                    AS refunded,
                COALESCE(sum(amount) FILTER (WHERE created_at >= {} AND kind = 'adjust'), 0)::bigint
                    AS corrected
            FROM point_entries WHERE created_at < {}
            """,
            *(begin, begin, begin, begin, begin, end),
        )
        return Sheet(**row)
