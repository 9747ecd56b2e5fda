"""Points as staff look at them: entries, totals, and a month's sheet that adds up."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

import msgspec

from shop.paging import MAX_INT, MOMENT
from shop.points.tables import PointEntry
from shop.staff.day_sums import DAYS, MOVED_OF_DAYS
from shop.staff.people_repository import by_beginning
from shop.web.i18n import time_zone

KINDS = ("grant", "spend", "refund", "adjust")


class EntryRow(msgspec.Struct, frozen=True):
    """A movement of points, with its user and the member of staff who made it."""

    id: int
    user_id: int
    username: str
    amount: int
    kind: str
    reference: str
    reason: str
    balance_after: int
    created_at: datetime
    created_us: int
    actor: str | None


class EntryFilter(msgspec.Struct, frozen=True):
    """`q`: the beginning of a name, username, e-mail address or employee number. From `since` on,
    before `until`."""

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


MAX_FOUND = 100
"""Users that a search may find."""
SELECT = """
    SELECT e.id, e."user" AS user_id, u.username, e.amount, e.kind, e.reference, e.reason,
        e.balance_after, e.created_at,
        (extract(epoch FROM e.created_at) * 1000000)::bigint AS created_us, a.username AS actor
    FROM ({chosen}) e
    JOIN users u ON u.id = e."user" LEFT JOIN users a ON a.id = e.actor
    ORDER BY {order}
"""
NEWEST = "e.created_at DESC, e.id DESC"
HIGHEST = "e.id DESC"


class Outstanding(msgspec.Struct, frozen=True):
    """Points that can be spent, and those of closed accounts."""

    open: int
    closed: int


class StaffPointRepository:
    async def entries(
        self, chosen: EntryFilter, before: Sequence[int] | None, limit: int
    ) -> list[EntryRow]:
        """The newest first; those of a search by their numbers. `before`: microseconds and id of
        the last row of the page before."""
        if chosen.q:
            sql, args = _searched(chosen, before[1] if before else MAX_INT, limit)
        else:
            sql, args = _listed(chosen, before, limit)
        order = HIGHEST if chosen.q else NEWEST
        rows = await PointEntry.raw(SELECT.format(chosen=sql, order=order), *args)
        return [EntryRow(**row) for row in rows]

    async def sums(self, first: date, after: date, today: date) -> tuple[Outstanding, Sheet]:
        """The outstanding points, and the sheet of the days from `first` on, before `after`. Both
        sum the days since the first entry, in one statement, so that they agree."""
        # A day more than today: the database's clock may be ahead.
        days = (await self._first_day(today), today + timedelta(days=1))
        [row] = await PointEntry.raw(
            f"""
            {DAYS} {MOVED_OF_DAYS}, month (first, after) AS (VALUES ({{}}::date, {{}}::date))
            SELECT everyone.points - left_over.points AS open, left_over.points AS closed,
                everyone.opening, sheet.*
            FROM (SELECT COALESCE(sum(granted + spent + refunded + corrected), 0)::bigint AS points,
                    COALESCE(sum(granted + spent + refunded + corrected)
                        FILTER (WHERE day < month.first), 0)::bigint AS opening
                    FROM moved, month) everyone,
                (SELECT COALESCE(sum(balance), 0)::bigint AS points FROM point_balances
                    WHERE "user" = ANY(ARRAY(SELECT id FROM users WHERE NOT active))) left_over,
                (SELECT COALESCE(sum(granted), 0)::bigint AS granted,
                    COALESCE(sum(spent), 0)::bigint AS spent,
                    COALESCE(sum(refunded), 0)::bigint AS refunded,
                    COALESCE(sum(corrected), 0)::bigint AS corrected
                    FROM moved, month WHERE day >= month.first AND day < month.after) sheet
            """,  # noqa: S608 - no input in it
            *(time_zone().key, *days, [], first, after),
        )
        outstanding = Outstanding(row.pop("open"), row.pop("closed"))
        return outstanding, Sheet(**row)

    async def _first_day(self, otherwise: date) -> date:
        """That of the first entry."""
        rows = await PointEntry.raw(
            "SELECT (min(created_at) AT TIME ZONE {})::date AS day FROM point_entries",
            time_zone().key,
        )
        return rows[0]["day"] or otherwise


def _listed(chosen: EntryFilter, before: Sequence[int] | None, limit: int) -> tuple[str, list[Any]]:
    tests, args = _tests(chosen)
    if before:
        tests.append(f"(e.created_at, e.id) < ({MOMENT}, {{}})")
        args += before
    where = f"WHERE {' AND '.join(tests)}" if tests else ""
    sql = f"SELECT * FROM point_entries e {where} ORDER BY {NEWEST} LIMIT {limit:d}"  # noqa: S608 - no input in it
    return sql, args


def _searched(chosen: EntryFilter, below: int, limit: int) -> tuple[str, list[Any]]:
    """The newest entries of each user that is found, by their index, and of these the newest."""
    name, found = by_beginning(chosen.q)
    tests, args = _tests(chosen)
    newest = f"{' AND '.join(['e.id < {}', *tests])} ORDER BY {HIGHEST} LIMIT {limit:d}"
    sql = f"""
        SELECT e.* FROM (SELECT id FROM users u WHERE {name} LIMIT {MAX_FOUND}) u
        CROSS JOIN LATERAL (
            SELECT * FROM point_entries e WHERE e."user" = u.id AND {newest}) e
        ORDER BY {HIGHEST} LIMIT {limit:d}
    """  # noqa: S608 - no input in it
    return sql, [*found, below, *args]


def _tests(chosen: EntryFilter) -> tuple[list[str], list[Any]]:
    tests = {
        "e.kind = {}": chosen.kind or None,
        "e.created_at >= {}": chosen.since,
        "e.created_at < {}": chosen.until,
    }
    used = {test: value for test, value in tests.items() if value is not None}
    return list(used), list(used.values())
