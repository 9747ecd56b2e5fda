"""People as staff look for them. It only reads."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from shop.paging import MAX_INT
from shop.users.names import normalised
from shop.users.tables import User


class PersonFilter(msgspec.Struct, frozen=True):
    """`q`: the beginning of a name, username, e-mail address or employee number. `account`: `open`,
    `closed` or `staff`."""

    q: str = ""
    account: str = ""
    department: str = ""


class Person(msgspec.Struct, frozen=True):
    """An account. `name` is the person's, empty if unknown; `balance` in points."""

    id: int
    username: str
    first_name: str
    last_name: str
    email: str | None
    employee_no: str | None
    department: str
    active: bool
    admin: bool
    superuser: bool
    created_at: datetime
    last_login: datetime | None
    balance: int
    orders: int
    open_orders: int
    rights: list[str]

    @property
    def name(self) -> str:
        return self.last_name + self.first_name

    @property
    def is_staff(self) -> bool:
        return self.admin or self.superuser or bool(self.rights)


LAST = "\U0010ffff"  # sorts after every text that begins like the one before it
SELECT = """
    SELECT u.id, u.username, coalesce(u.first_name, '') AS first_name,
        coalesce(u.last_name, '') AS last_name, u.email, u.employee_no, u.department, u.active,
        u.admin, u.superuser, u.created_at, u.last_login,
        coalesce((SELECT balance FROM point_balances b WHERE b."user" = u.id), 0) AS balance,
        (SELECT count(*) FROM orders o WHERE o."user" = u.id) AS orders,
        (SELECT count(*) FROM orders o WHERE o."user" = u.id AND o.status = 'paid') AS open_orders,
        ARRAY(
            SELECT r."right"::text FROM staff_rights r WHERE r."user" = u.id ORDER BY r.id
        ) AS rights
    FROM users u
"""
# Arrays, so that the users are found by their numbers; in order, so that an index is read up to the
# limit only.
BEGINNING = """
    u.id = ANY(ARRAY(
        (SELECT id FROM users WHERE username >= {} AND username < {}
            ORDER BY username LIMIT 1000)
        UNION (SELECT id FROM users WHERE email >= {} AND email < {} ORDER BY email LIMIT 1000)
        UNION (SELECT id FROM users WHERE employee_no >= {} AND employee_no < {}
            ORDER BY employee_no LIMIT 1000)
        UNION (
            SELECT id FROM users
            WHERE coalesce(last_name, '') || coalesce(first_name, '') >= {}
                AND coalesce(last_name, '') || coalesce(first_name, '') < {}
            ORDER BY coalesce(last_name, '') || coalesce(first_name, '') LIMIT 1000)
    ))
"""
STATES = {
    "open": "u.active",
    "closed": "NOT u.active",
    "staff": """u.id = ANY(ARRAY(
        SELECT id FROM users WHERE admin OR superuser UNION SELECT "user" FROM staff_rights))""",
}


class PersonRepository:
    """One account, or many."""

    async def find(self, chosen: PersonFilter, before_id: int | None, limit: int) -> list[Person]:
        """The newest accounts first."""
        tests: list[str] = ["u.id < {}"]
        args: list[Any] = [before_id or MAX_INT]
        order = "u.id DESC"
        if chosen.q:
            test, ends = by_beginning(chosen.q)
            tests.append(test)
            args += ends
        if chosen.account in STATES:
            tests.append(STATES[chosen.account])
        if chosen.department:
            # Not `=`: then PostgreSQL may walk along all users for those of a small department.
            tests.append("u.department <> ''")
            tests.append("u.department >= {} AND (u.department, u.id) < ({}, {})")
            args += [chosen.department, chosen.department, before_id or MAX_INT]
            order = "u.department DESC, u.id DESC"
        where = " AND ".join(tests)
        rows = await User.raw(f"{SELECT} WHERE {where} ORDER BY {order} LIMIT {limit:d}", *args)
        return [Person(**row) for row in rows]

    async def one(self, user_id: int) -> Person | None:
        rows = await User.raw(SELECT + " WHERE u.id = {}", user_id)
        return Person(**rows[0]) if rows else None

    async def locked(self, user_id: int) -> Person | None:
        """The account, locked until the transaction ends."""
        rows = await User.raw(SELECT + " WHERE u.id = {} FOR NO KEY UPDATE OF u", user_id)
        return Person(**rows[0]) if rows else None

    async def taken(
        self, usernames: Sequence[str], emails: Sequence[str], numbers: Sequence[str]
    ) -> dict[str, set[str]]:
        """The values that accounts already have, by column."""
        rows = await User.raw(
            """
            SELECT 'username' AS name, username AS value FROM users
            WHERE username = ANY({}::text[])
            UNION ALL SELECT 'email', email FROM users WHERE email = ANY({}::text[])
            UNION ALL
            SELECT 'employee_no', employee_no FROM users WHERE employee_no = ANY({}::text[])
            """,
            list(usernames),
            list(emails),
            list(numbers),
        )
        found: dict[str, set[str]] = {"username": set(), "email": set(), "employee_no": set()}
        for row in rows:
            found[row["name"]].add(row["value"])
        return found

    async def is_employee_no_taken(self, number: str, but: int) -> bool:
        """By another account than `but`."""
        return bool(await User.exists().where((User.employee_no == number) & (User.id != but)))


def by_beginning(q: str) -> tuple[str, list[str]]:
    """A test of users `u`, and its arguments: `q` is not empty, and the beginning of a username, an
    e-mail address, an employee number or a name. Of each, up to 1,000 are found."""
    name = "".join(q.split())
    texts = (normalised(q), q.strip(), q.strip(), name)
    return BEGINNING, [end for text in texts for end in (text, text + LAST)]
