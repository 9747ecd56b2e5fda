"""Days are summed once, the current one as it goes on: a report reads days, not orders."""

import asyncio

from shop.database import in_one_snapshot, transactional
from shop.orders.refund_repository import RefundRepository
from shop.staff.days_repository import ClosedDayRepository, Day
from shop.web.i18n import time_zone

AT_ONCE = 100
PAUSE = 0.02  # seconds between two days, in which orders come first


class ClosedDays:
    """All of it is harmless in several processes at once."""

    def __init__(self) -> None:
        self._days, self._refunds = ClosedDayRepository(), RefundRepository()

    async def sweep(self) -> None:
        """Closes the days that are over; sums those again of which something was given back."""
        zone = time_zone().key
        await self._forget_others(zone)
        while days := await self._days.to_close(zone, AT_ONCE):
            for day in days:
                await self._sum(zone, day)
                await asyncio.sleep(PAUSE)

    async def sum_today(self) -> None:
        """Adds to the sums of the current day what is new and can no longer change in number."""
        zone = time_zone().key
        await self._add(zone, await self._days.current(zone))

    @transactional
    async def _forget_others(self, zone: str) -> None:
        await self._days.forget_others(zone)

    @in_one_snapshot
    async def _sum(self, zone: str, day: Day) -> None:
        """From the beginning: also what an earlier sum has missed."""
        summed = await self._days.lock(zone, day)
        until = max(summed, day.until)
        has_changed = await self._refunds.mark_summed(day.begins_at, until)
        if has_changed or summed < until:
            await self._days.clear(zone, day)
            await self._days.add(zone, day, until)

    @in_one_snapshot
    async def _add(self, zone: str, day: Day) -> None:
        """Refunds that the snapshot shows are in the sums, and marked; reports subtract others."""
        summed = await self._days.lock(zone, day)
        if summed < day.until:
            await self._refunds.mark_summed(summed, day.until)
            await self._days.add(zone, day, day.until)
