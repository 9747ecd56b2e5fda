"""Lists of accounts to be opened: from lines of a file to accounts without a fault."""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

from shop.errors import N_
from shop.staff.files.cells import typed_number
from shop.staff.files.read import Column, Line
from shop.staff.files.rows import Problem
from shop.staff.grant_lines import MAX_AMOUNT
from shop.staff.people_repository import PersonRepository
from shop.users.emails import email_errors, normalised_email
from shop.users.names import normalised, username_errors

MAX_ACCOUNTS = 1_000  # of one form: they are opened in one transaction

COLUMNS = (
    Column("username", ("아이디", "사용자 이름", "username"), required=False),
    Column("name", ("이름", "성명", "name"), required=False),
    Column("employee_no", ("사번", "employee number"), required=False),
    Column("department", ("부서", "department"), required=False),
    Column("email", ("이메일", "email", "e-mail"), required=False),
    Column("points", ("포인트", "points"), required=False),
)
LENGTHS = {"name": 60, "employee_no": 40, "department": 60, "email": 255}

TOO_MANY = N_("At most %(max)s accounts can be opened at a time.")
TOO_LONG = N_("“%(text)s” is too long.")
NO_POINTS = N_("Please enter a whole number from 0 to %(max)s as points.")
NO_EMAIL = N_("“%(text)s” is not an e-mail address.")
TWICE = N_("“%(text)s” is in this list twice.")
IN_USE = N_("“%(text)s” belongs to another account.")


class NewAccount(NamedTuple):
    """An account to be opened, with its first points."""

    line: int
    username: str
    name: str
    employee_no: str
    department: str
    email: str
    points: int


class CheckedAccounts(NamedTuple):
    """The accounts, and the faults by line."""

    accounts: list[NewAccount]
    problems: list[Problem]


async def check_accounts(lines: Sequence[Line]) -> CheckedAccounts:
    """Each line by itself, and that names, numbers and addresses are not in use. Without a
    username, the employee number is the username."""
    if len(lines) > MAX_ACCOUNTS:
        too_many = Problem(lines[MAX_ACCOUNTS].number, TOO_MANY, {"max": MAX_ACCOUNTS})
        return CheckedAccounts([], [too_many])
    accounts = [_account(line) for line in lines]
    problems = [p for account in accounts if (p := _wrong(account))]
    if not problems:
        problems = await _clashes(accounts)
    return CheckedAccounts(accounts, sorted(problems, key=lambda problem: problem.line))


def as_text(accounts: Sequence[NewAccount]) -> str:
    """The accounts as a list that can be sent again, with titles."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter="\t")
    writer.writerow(column.titles[0] for column in COLUMNS)
    writer.writerows([getattr(account, column.name) for column in COLUMNS] for account in accounts)
    return text.getvalue()


def _account(line: Line) -> NewAccount:
    cells = {name: line.cells.get(name, "") for name in LENGTHS}
    cells["email"] = normalised_email(cells["email"])
    username = normalised(line.cells.get("username", "") or cells["employee_no"])
    written = line.cells.get("points", "")
    points = typed_number(written) if written else 0
    return NewAccount(line.number, username, points=-1 if points is None else points, **cells)


def _wrong(account: NewAccount) -> Problem | None:
    if errors := username_errors(account.username):
        return Problem(account.line, errors[0].message)
    if account.email and email_errors(account.email):
        return Problem(account.line, NO_EMAIL, {"text": account.email[:40]})
    for name, length in LENGTHS.items():
        text = getattr(account, name)
        if len(text) > length:
            return Problem(account.line, TOO_LONG, {"text": text[:20]})
    if not 0 <= account.points <= MAX_AMOUNT:
        return Problem(account.line, NO_POINTS, {"max": MAX_AMOUNT})
    return None


async def _clashes(accounts: Sequence[NewAccount]) -> list[Problem]:
    problems = []
    taken = await PersonRepository().taken(
        [account.username for account in accounts],
        [account.email for account in accounts if account.email],
        [account.employee_no for account in accounts if account.employee_no],
    )
    for name in ("username", "email", "employee_no"):
        seen: set[str] = set()
        for account in accounts:
            text = getattr(account, name)
            if text and text in seen:
                problems.append(Problem(account.line, TWICE, {"text": text}))
            elif text and text in taken[name]:
                problems.append(Problem(account.line, IN_USE, {"text": text}))
            seen.add(text)
    return problems
