"""A stop has an end, whatever clients, the partner and the database do meanwhile."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import pytest

from shop.start.embedded import embedded_database
from tests.unit.start.conftest import TIMEOUT, Process
from tests.unit.start.raw import Raw
from tests.unit.wire import Wire, wire_to

Start = Callable[..., Process]
LONG = "600"
"""Seconds that a stop may not take: a test would end by its own time limit."""
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
    settings = {"SHOP_DATA_DIR": str(data_dir), "SHOP_SHUTDOWN_DELAY": "2"}
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
def test_half_a_request_does_not_hold_it_up(litestar: Start, data_dir: Path, workers: str) -> None:
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


def test_what_takes_longer_than_it_may_is_ended(litestar: Start, data_dir: Path) -> None:
    settings = {"SHOP_EXTERNAL_TIMEOUT": "60", "SHOP_SHUTDOWN_TIMEOUT": "1"}
    shop = litestar("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir), **settings)
    address, partner = shop.address(), shop.partner()
    behaviour = {"mode": "slow", "seconds": 300, "times": 1}
    httpx.put(f"{partner}behaviour", json=behaviour, timeout=TIMEOUT)
    with httpx.Client(base_url=address, headers={"X-USER-ID": "1"}, timeout=TIMEOUT) as alice:
        before = len(alice.get("/api/v1/orders").json()["items"])
        with order(address) as slow:
            while len(alice.get("/api/v1/orders").json()["items"]) == before:
                pass  # until the partner is being told
            shop.terminate()
            code, said = shop.ended()
            assert slow.ends()
    assert code == 0, said


@contextmanager
def database_behind_a_wire(data_dir: Path) -> Iterator[tuple[str, Wire]]:
    with embedded_database(data_dir) as url, wire_to(url) as wire:
        yield wire.dsn(), wire


def test_a_silent_database_does_not_hold_it_up(litestar: Start, data_dir: Path) -> None:
    settings = {"SHOP_SECRET": "s" * 32, "SHOP_SHUTDOWN_TIMEOUT": "1", "SHOP_WORKERS": "2"}
    settings |= {"SHOP_TRUSTED_GATEWAYS": "127.0.0.0/8", "SHOP_DATA_DIR": str(data_dir)}
    with database_behind_a_wire(data_dir) as (url, wire), ExitStack() as stack:
        shop = litestar("run", SHOP_PORT="0", DATABASE_URL=url, **settings)
        address = shop.address()
        with Raw(address) as balancer:
            assert is_ready(balancer) == 200
        wire.cut()
        for _ in range(12):
            stack.enter_context(order(address))
        with Raw(address) as balancer:
            assert is_ready(balancer) == 503  # it notices
        shop.terminate()
        code, said = shop.ended()
    assert code == 0, said
    assert "Traceback" not in said
    assert "Killing" not in said  # by the parent, as the last resort
