"""People as staff look for them. It only reads."""

from collections.abc import Sequence

import msgspec

from shop.users.names import normalised
from shop.users.tables import User


class Named(msgspec.Struct, frozen=True):
    """Someone whom a list names, by username or employee number."""

    id: int
    username: str
    active: bool


class PeopleRepository:
    async def named(self, names: Sequence[str]) -> dict[str, list[Named]]:
        """Who is meant by each name, as it was written. Two, if it is the username of one and the
        employee number of another."""
        rows = await User.raw(
            """
            SELECT w.name, u.id, u.username, u.active
            FROM unnest({}::text[], {}::text[]) AS w (name, username)
            JOIN users u ON u.username = w.username
            UNION
            SELECT w.name, u.id, u.username, u.active
            FROM unnest({}::text[]) AS w (name) JOIN users u ON u.employee_no = w.name
            """,
            list(names),
            [normalised(name) for name in names],
            list(names),
        )
        found: dict[str, list[Named]] = {}
        for row in rows:
            found.setdefault(row.pop("name"), []).append(Named(**row))
        return found

    async def of_department(self, department: str) -> list[Named]:
        """Everyone in it with an open account."""
        rows = await User.select(User.id, User.username, User.active).where(
            (User.department == department) & User.active.eq(True)
        )
        return [Named(**row) for row in rows]

    async def departments(self) -> list[str]:
        rows = await User.raw(
            "SELECT DISTINCT department FROM users WHERE department <> '' ORDER BY 1"
        )
        return [row["department"] for row in rows]
