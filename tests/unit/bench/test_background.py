"""Requests at a fixed pace beside another load."""

import threading
import time

from bench.background import paced
from bench.client import Connection
from tests.unit.bench.conftest import Canned


def test_requests_are_sent_when_they_are_due(canned: Canned) -> None:
    enough, sent = threading.Event(), []

    async def get(connection: Connection) -> None:
        await connection.request("GET", "/")
        sent.append(time.perf_counter())
        if len(sent) == 10:
            enough.set()

    start = time.perf_counter()
    with paced(canned.port, [get, get], per_second=100) as stats:
        assert enough.wait(30)
    assert stats.errors == 0
    assert len(stats.times) == len(sent)
    assert sent[9] - start >= 0.09  # nine intervals of 10 ms


def test_an_unexpected_response_is_an_error(canned: Canned) -> None:
    canned.status = 503
    failed = threading.Event()

    async def get(connection: Connection) -> None:
        try:
            await connection.request("GET", "/")
        finally:
            failed.set()

    with paced(canned.port, [get], per_second=100) as stats:
        assert failed.wait(30)
    assert stats.errors == 1
    assert "GET /: 503" in stats.first_error
