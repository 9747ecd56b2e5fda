"""Writes `point_balances` and `point_entries`, for many users in one statement."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from shop.points.repository import Movement
from shop.points.tables import PointBalance, PointEntry
from shop.prepared import compile_once


class Spend(NamedTuple):
    """`amount` points from a user; `reference` names the order."""

    user_id: int
    amount: int
    reference: str


class PointBatchRepository:
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
