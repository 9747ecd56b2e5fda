"""Whoever makes the load looks at the answers: a wrong one is an error, never a request done."""

from pathlib import Path

import pytest

from bench.client import Answer, Connection, WrongAnswer, holds, load, take
from bench.get_load import WRK, plain_load
from bench.pages import Sample, Visit, visiting
from tests.unit.bench.conftest import Canned

VISIT = Visit("/", "right")


@pytest.mark.parametrize(("status", "body"), [(500, b"right"), (200, b"sorry"), (200, b"")])
def test_a_wrong_answer_is_an_error(canned: Canned, status: int, body: bytes) -> None:
    canned.status, canned.body = status, body
    tally = load(canned.port, [visiting([VISIT])], seconds=0.05)
    assert tally.times == []
    assert tally.errors > 0
    assert f"GET /: {status}" in tally.first_error


def test_a_right_answer_is_none(canned: Canned) -> None:
    tally = load(canned.port, [visiting([VISIT])] * 2, seconds=0.05)
    assert tally.errors == 0
    assert len(tally.times) >= 2


def test_a_connection_that_is_closed_is_an_error(canned: Canned) -> None:
    async def ask(connection: Connection) -> None:
        await connection.ask("POST", "/")  # 501, and the end of the connection

    with pytest.raises(WrongAnswer, match="POST /: 501"):
        take(canned.port, ask, times=1)
    assert load(canned.port, [ask], seconds=0.05).times == []


def test_an_answer_must_hold_all_of_its_parts() -> None:
    right = holds(201, b'"delivery":"sent"', b'"status":"paid"')
    assert right(Answer(201, b"", b'{"delivery":"sent","status":"paid"}'))
    assert not right(Answer(201, b"", b'{"delivery":"pending","status":"paid"}'))
    assert not right(Answer(200, b"", b'{"delivery":"sent","status":"paid"}'))


@pytest.mark.slow
@pytest.mark.skipif(WRK is None, reason="there is no wrk here; our own client is then used")
@pytest.mark.parametrize(("body", "is_right"), [(b"right", True), (b"sorry", False)])
def test_wrk_looks_at_the_answers_too(
    canned: Canned, folder: Path, body: bytes, is_right: bool
) -> None:
    canned.body = body
    sample = Sample(Answer(200, b"", b""), least=5, most=5)
    found = plain_load(canned.port, [VISIT], sample, clients=2, seconds=1, folder=folder)
    assert found.requests > 0
    assert found.errors == (0 if is_right else found.requests)
