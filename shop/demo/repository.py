"""The demo's own queries: whether the shop is empty, and that its ids begin at 1."""

from shop.products.tables import Category, Product
from shop.users.tables import User

LOCK = 7_809_653_424_151_160_097
"""Key of the advisory lock; nothing else uses it."""


class DemoRepository:
    async def lock_empty_shop(self) -> bool:
        """Whether there is no user and no product; then the next ids are 1. Processes that ask at
        the same time wait for the end of the transaction of the first."""
        await User.raw(f"SELECT pg_advisory_xact_lock({LOCK})")
        if await User.exists() or await Product.exists():
            return False
        for table in (User, Category, Product):
            # A rolled back attempt, or a deleted row, leaves a gap.
            await table.raw(
                "SELECT setval(pg_get_serial_sequence({}, 'id'), 1, false)", table._meta.tablename
            )
        return True
