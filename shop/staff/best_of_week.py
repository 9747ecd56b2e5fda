"""The best of the week for the home page: products by likes and orders of the last seven days."""

from shop.catalogue.best_repository import BestRepository
from shop.database import transactional
from shop.staff.best_repository import WeekRepository
from shop.web.i18n import time_zone


class BestOfWeek:
    def __init__(self) -> None:
        self._week, self._best = WeekRepository(), BestRepository()

    @transactional
    async def sweep(self) -> None:
        """Counts again. Harmless in several processes at once."""
        await self._best.replace(await self._week.scores(time_zone().key))
