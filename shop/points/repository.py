"""The only place that writes `point_balances` and `point_entries`."""

from shop.points.tables import PointBalance, PointEntry


class PointRepository:
    async def balance(self, user_id: int) -> int:
        row = (
            await PointBalance.select(PointBalance.balance)
            .where(PointBalance.user == user_id)
            .first()
        )
        return int(row["balance"]) if row else 0

    async def open_balance(self, user_id: int) -> None:
        """A balance of 0, where there is none yet."""
        await PointBalance.insert(PointBalance(user=user_id, balance=0)).on_conflict(
            target=PointBalance.user, action="DO NOTHING"
        )

    async def move(self, user_id: int, amount: int) -> int | None:
        """Adds `amount` points, or takes them where it is negative: the balance after it.

        None, and nothing moved, where fewer are there: the check is in the update itself.
        """
        rows = (
            await PointBalance.update({PointBalance.balance: PointBalance.balance + amount})
            .where((PointBalance.user == user_id) & (PointBalance.balance >= -amount))
            .returning(PointBalance.balance)
        )
        return int(rows[0]["balance"]) if rows else None

    async def add_entry(self, entry: PointEntry) -> None:
        await PointEntry.insert(entry)

    async def entries(self, user_id: int, before_id: int | None, limit: int) -> list[PointEntry]:
        """The user's entries, the newest first, from below `before_id`."""
        query = PointEntry.objects().where(PointEntry.user == user_id)
        if before_id is not None:
            query = query.where(PointEntry.id < before_id)
        return list(await query.order_by(PointEntry.id, ascending=False).limit(limit))
