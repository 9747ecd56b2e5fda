"""People whom a list names, and those of a department. It only reads."""

from collections.abc import Sequence

import msgspec

from shop.users.names import normalised
from shop.users.tables import User


class Named(msgspec.Struct, frozen=True):
    """Someone whom a list names, by username or employee number."""

    id: int
    username: str
    active: bool


class NamedPeopleRepository:
    async def named(self, names: Sequence[str]) -> dict[str, list[Named]]:
        """The people with each name, as it was typed. Two, if it is the username of one and the
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
        # DISTINCT would read every user: each step finds the next department in the index.
        rows = await User.raw(
            """
            WITH RECURSIVE found AS (
                (SELECT department FROM users WHERE department <> '' ORDER BY 1 LIMIT 1)
                UNION ALL
                SELECT (SELECT u.department FROM users u
                    WHERE u.department <> '' AND u.department > found.department
                    ORDER BY 1 LIMIT 1)
                FROM found WHERE found.department IS NOT NULL
            )
            SELECT department FROM found WHERE department IS NOT NULL
            """
        )
        return [row["department"] for row in rows]
