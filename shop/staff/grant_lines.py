"""Lists of people and points: from pasted, uploaded or chosen people to checked lines."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shop.errors import N_, FieldError, InvalidInput
from shop.staff.batch import NewLine
from shop.staff.files.cells import typed_number
from shop.staff.files.read import Column, Line
from shop.staff.files.rows import Problem
from shop.staff.named_people_repository import Named

MAX_AMOUNT = 1_000_000_000  # points for one person
MAX_REASON = 200  # characters

COLUMNS = (
    Column("person", ("아이디", "사용자 이름", "사번", "username", "employee number", "user")),
    Column("amount", ("포인트", "points", "amount"), required=False),
    Column("reason", ("사유", "reason"), required=False),
)

UNKNOWN = N_("“%(person)s” is neither a username nor an employee number.")
AMBIGUOUS = N_("“%(person)s” is the username of one person and the employee number of another.")
CLOSED = N_("The account “%(person)s” is closed.")
DOUBLED = N_("“%(person)s” is already in line %(first)s.")
YOURSELF = N_("You cannot grant points to yourself.")
NO_NAME = N_("The username or employee number is missing.")
NO_AMOUNT = N_("Please enter a whole number from 1 to %(max)s as points.")
NO_REASON = N_("Please enter a reason.")
LONG_REASON = N_("A reason can have %(max)s characters.")


class Checked(NamedTuple):
    """The lines, and the faults by line."""

    lines: list[NewLine]
    problems: list[Problem]


class Common(NamedTuple):
    """What applies to lines that have no points, or no reason, of their own."""

    amount: int | None = None
    reason: str = ""


def check_common(common: Common) -> None:
    """Raises InvalidInput without points or a reason for all."""
    if not 1 <= (common.amount or 0) <= MAX_AMOUNT:
        raise InvalidInput(FieldError("amount", NO_AMOUNT, {"max": MAX_AMOUNT}))
    if not common.reason:
        raise InvalidInput(FieldError("reason", NO_REASON))
    if len(common.reason) > MAX_REASON:
        raise InvalidInput(FieldError("reason", LONG_REASON, {"max": MAX_REASON}))


def check_lines(
    lines: Sequence[Line], people: Mapping[str, Sequence[Named]], common: Common, actor_id: int
) -> Checked:
    """Each line by itself, and each person once. `people` are those whom the lines may name."""
    checked = Checked([], [])
    first_lines: dict[int, int] = {}
    for line in lines:
        name = line.cells.get("person", "")
        problem = _wrong_person(line, people.get(name, ()), first_lines, actor_id)
        problem = problem or _wrong_values(line, common)
        if problem:
            checked.problems.append(problem)
            continue
        [person] = people[name]
        first_lines[person.id] = line.number
        checked.lines.append(NewLine(person.id, _amount(line, common) or 0, _reason(line, common)))
    return checked


def _wrong_person(
    line: Line, found: Sequence[Named], first_lines: Mapping[int, int], actor_id: int
) -> Problem | None:
    name = {"person": line.cells.get("person", "")}
    if not name["person"]:
        return Problem(line.number, NO_NAME)
    if len(found) != 1:
        return Problem(line.number, AMBIGUOUS if found else UNKNOWN, name)
    [person] = found
    if not person.active:
        return Problem(line.number, CLOSED, name)
    if person.id == actor_id:
        return Problem(line.number, YOURSELF)
    if first := first_lines.get(person.id):
        return Problem(line.number, DOUBLED, {**name, "first": first})
    return None


def _wrong_values(line: Line, common: Common) -> Problem | None:
    if not 1 <= (_amount(line, common) or 0) <= MAX_AMOUNT:
        return Problem(line.number, NO_AMOUNT, {"max": MAX_AMOUNT})
    reason = _reason(line, common)
    if not reason:
        return Problem(line.number, NO_REASON)
    return (
        Problem(line.number, LONG_REASON, {"max": MAX_REASON}) if len(reason) > MAX_REASON else None
    )


def _amount(line: Line, common: Common) -> int | None:
    written = line.cells.get("amount", "")
    return typed_number(written) if written else common.amount


def _reason(line: Line, common: Common) -> str:
    return line.cells.get("reason", "") or common.reason
