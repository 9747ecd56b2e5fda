"""Lists of people and points: faults are named by line, and a list with faults grants nothing."""

import pytest

from shop.staff.files.read import read_text
from shop.staff.grant_lines import COLUMNS, Common, check_lines
from shop.staff.named_people_repository import NamedPeopleRepository
from tests.cast import Cast, make_user

NOTHING = Common()


async def checked(
    text: str, cast: Cast, common: Common = NOTHING
) -> tuple[list[tuple], list[tuple]]:
    table = await read_text(text, COLUMNS)
    people = await NamedPeopleRepository().named(
        [line.cells.get("person", "") for line in table.lines]
    )
    found = check_lines(table.lines, people, common, cast.admin)
    return (
        [tuple(line) for line in found.lines],
        [(problem.line, problem.message % problem.values) for problem in found.problems],
    )


async def test_by_username_and_employee_number(cast: Cast) -> None:
    kim = await make_user("kim", employee_no="20260001")
    lines, problems = await checked("Alice\t1,000\t선물\n20260001\t5\t교통비", cast)
    assert lines == [(cast.alice, 1000, "선물"), (kim, 5, "교통비")]
    assert problems == []


async def test_one_amount_and_reason_for_all(cast: Cast) -> None:
    lines, _ = await checked("alice\nbob", cast, Common(500, "명절"))
    assert lines == [(cast.alice, 500, "명절"), (cast.bob, 500, "명절")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nobody,5,x", "neither"),
        ("closed,5,x", "closed"),
        ("admin,5,x", "yourself"),
        ("alice,5,x\nALICE,5,x", "already in line 1"),
        ("1234,5,x", "username of one"),
        (",5,x", "missing"),
        ("alice,0,x", "from 1 to"),
        ("alice,-5,x", "from 1 to"),
        ("alice,1.5,x", "from 1 to"),
        ("alice,1000000000000000000,x", "from 1 to"),
        ("alice,1000000001,x", "from 1 to"),
        ("alice,천,x", "from 1 to"),
        ("alice,5,", "reason"),
        ("alice,5," + "x" * 201, "200 characters"),
    ],
)
async def test_faults_are_named_by_line(cast: Cast, text: str, said: str) -> None:
    await make_user("closed", active=False)
    await make_user("1234")
    await make_user("other", employee_no="1234")
    _, problems = await checked(text, cast)
    [(line, message)] = problems
    assert line == text.count("\n") + 1
    assert said in message


async def test_two_accounts_have_no_employee_number_in_common(cast: Cast) -> None:
    await make_user("kim", employee_no="7")
    with pytest.raises(Exception, match="unique"):
        await make_user("lee", employee_no="7")
