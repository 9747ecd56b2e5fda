"""Days that are over are summed once, so that a report reads days and not orders."""

import asyncio

from shop.database import transactional
from shop.orders.refund_repository import RefundRepository
from shop.staff.days_repository import ClosedDayRepository, Day
from shop.web.i18n import time_zone

AT_ONCE = 100
PAUSE = 0.02  # seconds between two days, in which orders come first


class ClosedDays:
    def __init__(self) -> None:
        self._days, self._refunds = ClosedDayRepository(), RefundRepository()

    async def sweep(self) -> None:
        """Closes the days that are over; sums those again of which something was given back.
        Harmless in several processes at once."""
        zone = time_zone().key
        await self._forget_others(zone)
        while days := await self._days.to_close(zone, AT_ONCE):
            for day in days:
                await self._close(zone, day)
                await asyncio.sleep(PAUSE)

    @transactional
    async def _forget_others(self, zone: str) -> None:
        await self._days.forget_others(zone)

    @transactional
    async def _close(self, zone: str, day: Day) -> None:
        """Marks refunds before it sums: a refund that is committed in between is in the sums but
        not marked, so the day is summed once more."""
        is_new = await self._days.lock(zone, day)
        has_changed = await self._refunds.mark_summed(day.begins_at, day.ends_at)
        if is_new or has_changed:
            await self._days.sum(zone, day.day)
