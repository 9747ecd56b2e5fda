"""The only place that writes `staff_rights`."""

from collections.abc import Collection
from typing import Any

from shop.staff.tables import StaffRight
from shop.users.tables import User

OF_USER = """
    SELECT u.superuser, ARRAY(
        SELECT r."right"::text FROM staff_rights r WHERE r."user" = u.id ORDER BY r.id
    ) AS rights
    FROM users u WHERE u.id = {} AND u.active
"""


class RightsRepository:
    async def of(self, user_id: int) -> tuple[bool, list[str]]:
        """Whether the user is a superuser, and the rights; no rights for a closed account."""
        return _read(await User.raw(OF_USER, user_id))

    async def locked(self, user_id: int) -> tuple[bool, list[str]]:
        """Like `of`; they do not change until this transaction ends."""
        return _read(await User.raw(OF_USER + " FOR SHARE OF u", user_id))

    async def set(self, user_id: int, rights: Collection[str]) -> None:
        """Replaces the rights. The user's row is locked, so that no form uses them meanwhile."""
        await User.select(User.id).where(User.id == user_id).lock_rows("NO KEY UPDATE")
        await StaffRight.delete().where(StaffRight.user == user_id)
        rows = [StaffRight({StaffRight.user: user_id, StaffRight.right: name}) for name in rights]
        if rows:
            await StaffRight.insert(*rows)


def _read(rows: list[dict[str, Any]]) -> tuple[bool, list[str]]:
    return (rows[0]["superuser"], rows[0]["rights"]) if rows else (False, [])
