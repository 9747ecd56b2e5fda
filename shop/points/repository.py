"""The only place that writes `point_balances` and `point_entries`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

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


class Spend(NamedTuple):
    """`amount` points from a user; `reference` names the order."""

    user_id: int
    amount: int
    reference: str


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

    async def open_balances(self, user_ids: Sequence[int]) -> None:
        """Creates balances of 0 where there are none."""
        await PointBalance.raw(
            """
            INSERT INTO point_balances ("user", balance)
            SELECT id, 0 FROM unnest({}::bigint[]) id
            WHERE NOT EXISTS (SELECT FROM point_balances b WHERE b."user" = id)
            ON CONFLICT ("user") DO NOTHING
            """,
            list(user_ids),
        )

    async def lock_balances(self, user_ids: Sequence[int]) -> dict[int, int]:
        """Points by user, locked until the transaction ends, in the order of ids."""
        return {row["user"]: row["balance"] for row in await _lock_balances(list(user_ids))}

    async def spend(self, spends: Sequence[Spend]) -> bool:
        """Takes the points and writes an entry for each spend, in this order. False if a balance
        has too few: then some are taken, and the transaction must be rolled back."""
        rows = await _spend(
            [spend.user_id for spend in spends],
            [spend.amount for spend in spends],
            [spend.reference for spend in spends],
        )
        return len(rows) == len(spends)

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

    async def move_each(self, movements: Sequence[Movement]) -> bool:
        """Moves the points of each user, one movement a user, and writes the entries, in the order
        given. False if a balance has too few, is missing, or is the actor's: then some have moved,
        and the transaction must be rolled back."""
        rows = await _move_each(
            [movement.user_id for movement in movements],
            [movement.amount for movement in movements],
            [movement.kind for movement in movements],
            [movement.reference for movement in movements],
            [movement.reason for movement in movements],
            [movement.actor_id for movement in movements],
        )
        return len(rows) == len(movements)

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
def _lock_balances(user_ids: list[int]) -> Any:
    return PointBalance.raw(
        """
        SELECT "user", balance FROM point_balances
        WHERE "user" = ANY({}::bigint[]) ORDER BY "user" FOR NO KEY UPDATE
        """,
        user_ids,
    )


@compile_once
def _spend(user_ids: list[int], amounts: list[int], references: list[str]) -> Any:
    """`balance_after` of each entry: the final balance, and what later entries of the same user
    take from it."""
    return PointEntry.raw(
        """
        WITH spends AS (
            SELECT * FROM unnest({}::bigint[], {}::bigint[], {}::text[])
                WITH ORDINALITY AS spend ("user", amount, reference, n)
        ), spent AS (
            UPDATE point_balances b SET balance = b.balance - total.amount
            FROM (SELECT "user", sum(amount)::bigint AS amount FROM spends GROUP BY "user") total
            WHERE b."user" = total."user" AND b.balance >= total.amount
            RETURNING b."user", b.balance
        )
        INSERT INTO point_entries ("user", amount, kind, reference, balance_after, reason)
        SELECT "user", -spends.amount, 'spend', spends.reference,
            spent.balance - spends.amount
                + sum(spends.amount) OVER (PARTITION BY "user" ORDER BY spends.n DESC),
            ''
        FROM spends JOIN spent USING ("user") ORDER BY spends.n
        RETURNING id
        """,
        user_ids,
        amounts,
        references,
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


@compile_once
def _move_each(
    user_ids: list[int],
    amounts: list[int],
    kinds: list[str],
    references: list[str],
    reasons: list[str],
    actor_ids: list[int | None],
) -> Any:
    """Balances are named by an array too: PostgreSQL might read all of them for 200 movements."""
    return PointEntry.raw(
        """
        WITH movements AS (
            SELECT * FROM unnest(
                {}::bigint[], {}::bigint[], {}::text[], {}::text[], {}::text[], {}::bigint[]
            ) WITH ORDINALITY AS m ("user", amount, kind, reference, reason, actor, n)
        ), moved AS (
            UPDATE point_balances b SET balance = b.balance + m.amount
            FROM movements m
            WHERE b."user" = m."user" AND b."user" = ANY({}::bigint[])
                AND b.balance >= -m.amount AND b."user" IS DISTINCT FROM m.actor
            RETURNING b."user", b.balance
        )
        INSERT INTO point_entries
            ("user", amount, kind, reference, balance_after, actor, reason)
        SELECT "user", m.amount, m.kind, m.reference, moved.balance, m.actor, m.reason
        FROM movements m JOIN moved USING ("user") ORDER BY m.n
        RETURNING id
        """,
        user_ids,
        amounts,
        kinds,
        references,
        reasons,
        actor_ids,
        user_ids,
    )
