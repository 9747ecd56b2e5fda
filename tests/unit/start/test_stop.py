"""A stop ends in time, whatever clients, the partner and the database do."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from shop.start.embedded import embedded_database
from shop.start.parent import LOOK_EVERY
from shop.start.worker import stop_timeout
from tests.unit.start.conftest import TIMEOUT, Process, wait_for_all_workers
from tests.unit.start.raw import Raw
from tests.unit.wire import Wire, wire_to

Start = Callable[..., Process]
LONG = "600"
"""Seconds that a stop may not take: a test would end by its own time limit."""
SCHEDULING = 5
"""Seconds that a busy machine may add to a bound."""
ORDER = json.dumps({"items": [{"product_id": 63, "quantity": 1}]}).encode()
HEAD = (
    b"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nX-USER-ID: 1\r\n"
    b"Content-Type: application/json\r\n"
)


def order(address: str) -> Raw:
    client = Raw(address)
    client.send(HEAD + b"Content-Length: %d\r\n\r\n" % len(ORDER) + ORDER)
    return client


def is_ready(client: Raw) -> int:
    client.send(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    return client.answer()[0]


def test_it_is_not_ready_from_the_moment_that_a_stop_begins(
    litestar: Start, data_dir: Path
) -> None:
    settings = {"SHOP_DATA_DIR": str(data_dir), "SHOP_DRAIN": "2"}
    shop = litestar("run", SHOP_PORT="0", **settings)
    with Raw(shop.address()) as balancer:
        assert is_ready(balancer) == 200
        shop.terminate()
        seen = [200]
        with suppress(EOFError, ConnectionError):
            while True:
                seen.append(is_ready(balancer))
    assert seen[-1] == 503
    assert sorted(seen) == seen
    code, said = shop.ended()
    assert code == 0, said


@pytest.mark.parametrize("workers", ["1", "2"])
def test_half_a_request_does_not_delay_the_stop(
    litestar: Start, data_dir: Path, workers: str
) -> None:
    settings = {"SHOP_DATA_DIR": str(data_dir), "SHOP_SHUTDOWN_TIMEOUT": LONG}
    shop = litestar("run", SHOP_PORT="0", SHOP_WORKERS=workers, **settings)
    address = shop.address()
    with Raw(address) as header, Raw(address) as body, Raw(address) as nothing:
        assert is_ready(nothing) == 200
        header.send(b"GET / HTTP/1.1\r\nHost: loc")
        body.send(HEAD + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n")
        assert body.answer()[0] == 100  # it is being read
        body.send(b'{"items": [')
        shop.terminate()
        status, headers, _ = body.answer()
        assert (status, headers["retry-after"]) == (503, "2")
        code, said = shop.ended()
    assert code == 0, said
    assert "Traceback" not in said
    assert "Killing" not in said  # by the parent, as the last resort


def test_requests_are_ended_after_the_timeout(litestar: Start, data_dir: Path) -> None:
    settings = {"SHOP_EXTERNAL_TIMEOUT": "60", "SHOP_SHUTDOWN_TIMEOUT": "1"}
    shop = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir), **settings)
    address, partner = shop.address(), shop.partner()
    behaviour = {"mode": "slow", "seconds": 300, "times": 1}
    httpx.put(f"{partner}behaviour", json=behaviour, timeout=TIMEOUT)
    with httpx.Client(base_url=address, headers={"X-USER-ID": "1"}, timeout=TIMEOUT) as alice:
        before = len(alice.get("/api/v1/orders").json()["items"])
        with order(address) as slow:
            while len(alice.get("/api/v1/orders").json()["items"]) == before:
                pass  # until its message is being sent
            shop.terminate()
            code, said = shop.ended()
            assert slow.ends()
    assert code == 0, said


@contextmanager
def database_behind_a_wire(data_dir: Path) -> Iterator[tuple[str, Wire]]:
    with embedded_database(data_dir) as url, wire_to(url) as wire:
        yield wire.dsn(), wire


@contextmanager
def shop_whose_database_fell_silent(litestar: Start, data_dir: Path) -> Iterator[Process]:
    """It has orders that wait for the database."""
    settings = {"SHOP_SECRET": "s" * 32, "SHOP_SHUTDOWN_TIMEOUT": "1", "SHOP_WORKERS": "2"}
    settings |= {"SHOP_TRUSTED_GATEWAYS": "127.0.0.0/8", "SHOP_DATA_DIR": str(data_dir)}
    with database_behind_a_wire(data_dir) as (url, wire), ExitStack() as stack:
        shop = litestar("run", SHOP_PORT="0", DATABASE_URL=url, **settings)
        address = shop.address()
        wait_for_all_workers(address)
        wire.cut()
        for _ in range(12):
            stack.enter_context(order(address))
        with Raw(address) as balancer:
            assert is_ready(balancer) == 503  # it notices
        yield shop


def test_a_silent_database_does_not_delay_the_stop(litestar: Start, data_dir: Path) -> None:
    with shop_whose_database_fell_silent(litestar, data_dir) as shop:
        shop.terminate()
        code, said = shop.ended()
    assert code == 0, said
    assert "Traceback" not in said
    assert "Killing" not in said  # by the parent, as the last resort


def test_workers_end_with_a_killed_parent_although_the_database_is_silent(
    litestar: Start, data_dir: Path
) -> None:
    with shop_whose_database_fell_silent(litestar, data_dir) as shop:
        killed_at = time.monotonic()
        shop.kill()
        shop.ended()  # all who have its output
        took = time.monotonic() - killed_at
    assert took < LOOK_EVERY + stop_timeout(delay=0, timeout=1) + SCHEDULING
