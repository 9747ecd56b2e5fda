"""The only place that writes `point_batches` and `point_batch_lines`."""

from collections.abc import Sequence

from piccolo.columns.column_types import DEFAULT

from shop.staff.batch import Batch, BatchLine, LineLeft, NewLine
from shop.staff.tables import PointBatch, PointBatchLine

SELECT = """
    SELECT b.id, b.created_by AS author_id, author.username AS author, b.confirmed_by AS second_id,
        second.username AS second, b.reverses, r.id AS reversed_by, b.status, b.needs_second,
        b.total, b.people, b.done, b.moved, b.created_at, b.confirmed_at, b.ended_at
    FROM point_batches b
    JOIN users author ON author.id = b.created_by
    LEFT JOIN users second ON second.id = b.confirmed_by
    LEFT JOIN point_batches r ON r.reverses = b.id
"""


class BatchRepository:
    async def add(self, author_id: int, lines: Sequence[NewLine]) -> int:
        """A draft. The id."""
        total = sum(line.amount for line in lines)
        [row] = await PointBatch.insert(
            PointBatch(created_by=author_id, total=total, people=len(lines), created_at=DEFAULT)
        ).returning(PointBatch.id)
        await PointBatchLine.raw(
            """
            INSERT INTO point_batch_lines (batch, "user", amount, reason)
            SELECT {}::bigint, * FROM unnest({}::bigint[], {}::bigint[], {}::text[])
            """,
            row["id"],
            [line.user_id for line in lines],
            [line.amount for line in lines],
            [line.reason for line in lines],
        )
        return int(row["id"])

    async def add_reversal(self, author_id: int, batch_id: int, reason: str) -> int | None:
        """A draft that takes back the points that the batch has moved. None if a reversal exists
        already."""
        rows = await PointBatch.raw(
            """
            WITH made AS (
                INSERT INTO point_batches (created_by, reverses, total, people)
                SELECT {}::bigint, b.id, b.moved, (
                    SELECT count(*) FROM point_batch_lines WHERE batch = b.id AND moved > 0)
                FROM point_batches b
                WHERE b.id = {} AND b.status = 'done' AND b.reverses IS NULL
                ON CONFLICT (reverses) DO NOTHING RETURNING id, reverses
            ), lines AS (
                INSERT INTO point_batch_lines (batch, "user", amount, reason)
                SELECT made.id, l."user", l.moved, {}::text
                FROM made JOIN point_batch_lines l ON l.batch = made.reverses AND l.moved > 0
                ORDER BY l.id
            )
            SELECT id FROM made
            """,
            author_id,
            batch_id,
            reason,
        )
        return int(rows[0]["id"]) if rows else None

    async def one(self, batch_id: int) -> Batch | None:
        rows = await PointBatch.raw(SELECT + " WHERE b.id = {}", batch_id)
        return Batch(**rows[0]) if rows else None

    async def locked(self, batch_id: int) -> Batch | None:
        """The batch, locked until the transaction ends."""
        rows = await PointBatch.raw(SELECT + " WHERE b.id = {} FOR NO KEY UPDATE OF b", batch_id)
        return Batch(**rows[0]) if rows else None

    async def latest(self, before_id: int | None, limit: int) -> list[Batch]:
        """The newest first."""
        rows = await PointBatch.raw(
            SELECT + " WHERE b.id < {} ORDER BY b.id DESC LIMIT {}",
            before_id or 2**62,
            limit,
        )
        return [Batch(**row) for row in rows]

    async def same_before(self, batch_id: int) -> Batch | None:
        """The last one before that was confirmed with the same people and points."""
        rows = await PointBatch.raw(
            SELECT  # noqa: S608 - no input in it
            + """
            JOIN point_batches this
                ON this.id = {} AND (b.people, b.total) = (this.people, this.total)
            WHERE b.id < this.id AND b.reverses IS NULL AND b.status <> 'draft' AND NOT EXISTS (
                SELECT FROM point_batch_lines l WHERE l.batch = this.id AND NOT EXISTS (
                    SELECT FROM point_batch_lines o
                    WHERE o.batch = b.id AND o."user" = l."user" AND o.amount = l.amount))
            ORDER BY b.id DESC LIMIT 1
            """,
            batch_id,
        )
        return Batch(**rows[0]) if rows else None

    async def lines(self, batch_id: int, after_id: int, limit: int) -> list[BatchLine]:
        rows = await PointBatchLine.raw(
            """
            SELECT l.id, l."user" AS user_id, u.username,
                coalesce(u.last_name, '') || coalesce(u.first_name, '') AS name,
                l.amount, l.reason, l.moved, coalesce(p.balance, 0) AS balance
            FROM point_batch_lines l
            JOIN users u ON u.id = l."user"
            LEFT JOIN point_balances p ON p."user" = l."user"
            WHERE l.batch = {} AND l.id > {} ORDER BY l.id LIMIT {}
            """,
            batch_id,
            after_id,
            limit,
        )
        return [BatchLine(**row) for row in rows]

    async def holds(self, batch_id: int, user_id: int) -> bool:
        """Whether the user is among the people of the batch."""
        of_user = (PointBatchLine.batch == batch_id) & (PointBatchLine.user == user_id)
        return bool(await PointBatchLine.exists().where(of_user))

    async def set_waiting(self, batch_id: int) -> None:
        waiting = PointBatch.update(status="waiting", needs_second=True)
        await waiting.where(PointBatch.id == batch_id)

    async def set_running(self, batch_id: int, actor_id: int) -> None:
        await PointBatch.raw(
            """
            UPDATE point_batches
            SET status = 'running', confirmed_by = {}, confirmed_at = now() WHERE id = {}
            """,
            actor_id,
            batch_id,
        )

    async def delete(self, batch_id: int) -> None:
        """A batch that was not confirmed."""
        await PointBatchLine.delete().where(PointBatchLine.batch == batch_id)
        await PointBatch.delete().where(PointBatch.id == batch_id)

    async def claim_running(self) -> Batch | None:
        """A batch that is not in progress elsewhere, locked for this transaction."""
        rows = await PointBatch.raw(
            SELECT
            + """
            WHERE b.status = 'running' ORDER BY b.id LIMIT 1 FOR NO KEY UPDATE OF b SKIP LOCKED
            """
        )
        return Batch(**rows[0]) if rows else None

    async def left(self, batch_id: int, limit: int) -> list[LineLeft]:
        """In the order in which balances are locked."""
        rows = await PointBatchLine.raw(
            """
            SELECT id, "user" AS user_id, amount, reason FROM point_batch_lines
            WHERE batch = {} AND moved IS NULL ORDER BY "user" LIMIT {}
            """,
            batch_id,
            limit,
        )
        return [LineLeft(**row) for row in rows]

    async def save_step(self, batch_id: int, moved: dict[int, int]) -> None:
        """Points that were moved, by line: PostgreSQL, which knows little of a new batch, would
        read all of its lines for those of some users."""
        await PointBatchLine.raw(
            """
            UPDATE point_batch_lines l SET moved = m.moved
            FROM unnest({}::bigint[], {}::bigint[]) AS m (id, moved) WHERE l.id = m.id
            """,
            list(moved),
            list(moved.values()),
        )
        await PointBatch.raw(
            """
            UPDATE point_batches SET done = done + {}, moved = moved + {},
                status = CASE WHEN done + {} = people THEN 'done' ELSE status END,
                ended_at = CASE WHEN done + {} = people THEN now() END
            WHERE id = {}
            """,
            *(len(moved), sum(moved.values()), len(moved), len(moved), batch_id),
        )

    async def sweep(self) -> None:
        """Deletes drafts that were not confirmed within a week."""
        rows = await PointBatch.raw(
            """
            SELECT id FROM point_batches
            WHERE status = 'draft' AND created_at < now() - interval '7 days'
            """
        )
        for row in rows:
            await self.delete(row["id"])
