"""The load generators check each response: an unexpected one is an error."""

from pathlib import Path

import pytest

from bench.client import Connection, Response, UnexpectedResponse, expect, run_load, run_times
from bench.get_load import WRK, get_load
from bench.pages import PageRequest, Sample, random_get
from tests.unit.bench.conftest import Canned

HOME = PageRequest("/", "right")


@pytest.mark.parametrize(("status", "body"), [(500, b"right"), (200, b"sorry"), (200, b"")])
def test_an_unexpected_response_is_an_error(canned: Canned, status: int, body: bytes) -> None:
    canned.status, canned.body = status, body
    stats = run_load(canned.port, [random_get([HOME])], seconds=0.05)
    assert stats.times == []
    assert stats.errors > 0
    assert f"GET /: {status}" in stats.first_error


def test_an_expected_response_is_not_an_error(canned: Canned) -> None:
    stats = run_load(canned.port, [random_get([HOME])] * 2, seconds=0.05)
    assert stats.errors == 0
    assert len(stats.times) >= 2


def test_a_closed_connection_is_an_error(canned: Canned) -> None:
    async def post(connection: Connection) -> None:
        await connection.request("POST", "/")  # 501, and the connection is closed

    with pytest.raises(UnexpectedResponse, match="POST /: 501"):
        run_times(canned.port, post, times=1)
    assert run_load(canned.port, [post], seconds=0.05).times == []


def test_a_response_must_contain_all_parts() -> None:
    check = expect(201, b'"delivery":"sent"', b'"status":"paid"')
    assert check(Response(201, b"", b'{"delivery":"sent","status":"paid"}'))
    assert not check(Response(201, b"", b'{"delivery":"pending","status":"paid"}'))
    assert not check(Response(200, b"", b'{"delivery":"sent","status":"paid"}'))


@pytest.mark.slow
@pytest.mark.skipif(WRK is None, reason="wrk is not installed")
@pytest.mark.parametrize(("body", "is_expected"), [(b"right", True), (b"sorry", False)])
def test_wrk_checks_the_responses(
    canned: Canned, folder: Path, body: bytes, is_expected: bool
) -> None:
    canned.body = body
    sample = Sample(Response(200, b"", b""), smallest=5, largest=5)
    found = get_load(canned.port, [HOME], sample, clients=2, seconds=1, folder=folder)
    assert found.requests > 0
    assert found.errors == (0 if is_expected else found.requests)
