"""The demo's own queries: whether the shop is empty, and that its ids begin at 1."""

import asyncio

from piccolo.table import Table

from shop.products.facets import FACETS
from shop.products.tables import Product
from shop.users.tables import User

LOCK = 7_809_653_424_151_160_097
"""Key of the advisory lock; nothing else uses it."""
LOCK_INTERVAL = 0.2
"""Seconds between two tries to get it."""


class DemoRepository:
    async def lock_empty_shop(self) -> bool:
        """Whether there is no user and no product; then the next ids are 1. Processes that ask at
        the same time wait for the end of the transaction of the first."""
        await self._lock()
        if await User.exists() or await Product.exists():
            return False
        tables: list[type[Table]] = [User, Product, *(facet.table for facet in FACETS)]
        for table in tables:
            # A rolled back attempt, or a deleted row, leaves a gap.
            await table.raw(
                "SELECT setval(pg_get_serial_sequence({}, 'id'), 1, false)", table._meta.tablename
            )
        return True

    async def _lock(self) -> None:
        """Polls: filling the shop may take longer than the `lock_timeout`."""
        while not await self._is_locked():  # noqa: ASYNC110 - the lock is in the database
            await asyncio.sleep(LOCK_INTERVAL)

    async def _is_locked(self) -> bool:
        [row] = await User.raw(f"SELECT pg_try_advisory_xact_lock({LOCK}) AS locked")
        return bool(row["locked"])
