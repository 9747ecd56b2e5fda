"""Writes `point_balances` and `point_entries`, for one user at a time; for many, see
`batch_repository.py`."""

from datetime import datetime
from typing import Any

import msgspec

from shop.paging import MAX_INT
from shop.points.tables import PointBalance, PointEntry
from shop.prepared import compile_once


class Movement(msgspec.Struct, frozen=True):
    """`amount` points to a user (negative: from a user), with the columns of the entry."""

    user_id: int
    amount: int
    kind: str
    reference: str
    reason: str = ""
    actor_id: int | None = None


class Entry(msgspec.Struct, frozen=True):
    """A movement of points that was made; `reference` names what it was for."""

    id: int
    amount: int
    kind: str
    reference: str
    reason: str
    balance_after: int
    created_at: datetime


class PointRepository:
    async def balance(self, user_id: int) -> int:
        rows = await _balance(user_id)
        return int(rows[0]["balance"]) if rows else 0

    async def open_balance(self, user_id: int) -> None:
        """Creates a balance of 0 if there is none."""
        await PointBalance.insert(PointBalance(user=user_id, balance=0)).on_conflict(
            target=PointBalance.user, action="DO NOTHING"
        )

    async def move(self, movement: Movement) -> int | None:
        """Moves the points and writes the entry. Returns the new balance, or None, with nothing
        moved, if the balance has too few or the actor is the user. The checks are in the update
        itself.
        """
        rows = await _move(
            movement.amount,
            movement.user_id,
            -movement.amount,
            movement.amount,
            movement.kind,
            movement.reference,
            movement.reason,
            movement.actor_id,
        )
        return int(rows[0]["balance_after"]) if rows else None

    async def entries(self, user_id: int, before_id: int | None, limit: int) -> list[Entry]:
        """The user's entries with ids below `before_id`, the newest first."""
        return [Entry(**row) for row in await _entries(user_id, before_id, limit)]


@compile_once
def _balance(user_id: int) -> Any:
    return PointBalance.select(PointBalance.balance).where(PointBalance.user == user_id)


@compile_once
def _entries(user_id: int, before_id: int | None, limit: int) -> Any:
    """By the user first, as in the orders' list: no other index is in this order."""
    return PointEntry.raw(
        f"""
        SELECT id, amount, kind, reference, reason, balance_after, created_at FROM point_entries
        WHERE "user" >= {{}} AND "user" <= {{}} AND id < COALESCE({{}}::bigint, {MAX_INT})
        ORDER BY "user", id DESC LIMIT {{}}
        """,  # noqa: S608 - no input in it
        user_id,
        user_id,
        before_id,
        limit,
    )


@compile_once
def _move(
    change: int,
    user_id: int,
    least: int,
    amount: int,
    kind: str,
    reference: str,
    reason: str,
    actor_id: int | None,
) -> Any:
    """Raw SQL, because Piccolo has no INSERT from an UPDATE. In one statement the balance and its
    entry cannot differ, and the balance is locked for one round trip less."""
    return PointEntry.raw(
        """
        WITH moved AS (
            UPDATE point_balances SET balance = balance + {}::bigint
            WHERE "user" = {} AND balance >= {}::bigint AND "user" IS DISTINCT FROM {}::bigint
            RETURNING "user", balance
        )
        INSERT INTO point_entries
            ("user", amount, kind, reference, balance_after, reason, actor)
        SELECT "user", {}::bigint, {}, {}, balance, {}, {}::bigint FROM moved
        RETURNING balance_after
        """,
        change,
        user_id,
        least,
        actor_id,
        amount,
        kind,
        reference,
        reason,
        actor_id,
    )
