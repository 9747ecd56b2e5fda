"""The log of staff only grows."""

import asyncpg
import pytest

from shop.database import transaction
from shop.staff_log.repository import StaffLogRepository
from shop.staff_log.tables import StaffAction
from tests.cast import Cast


@pytest.mark.parametrize(
    "statement", ["UPDATE staff_actions SET actor = 1", "DELETE FROM staff_actions"]
)
async def test_the_database_refuses_to_change_it(cast: Cast, statement: str) -> None:
    await StaffLogRepository().record(cast.admin, "order.note", "order:1", reason="x")
    with pytest.raises(asyncpg.RestrictViolationError):
        async with transaction():
            await StaffAction.raw(statement)
    assert await StaffAction.count() == 1
