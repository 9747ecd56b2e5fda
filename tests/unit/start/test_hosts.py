"""The Host of a request as it goes over the wire, to a shop as `litestar run` serves it."""

import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.unit.start.conftest import TIMEOUT, Process

Ask = Callable[..., tuple[int, str]]


@pytest.fixture(scope="module")
def address(data_dir: Path) -> Iterator[str]:
    shop = Process("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir))
    try:
        yield shop.address()
    finally:
        shop.terminate()
        shop.ended()


@pytest.fixture
def ask(address: str) -> Ask:
    """Sends a request line and headers; returns the status and the whole response."""

    def send(*lines: str) -> tuple[int, str]:
        host, port = urlsplit(address).hostname, urlsplit(address).port
        with socket.create_connection((host, port), timeout=TIMEOUT) as connection:
            connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode())
            answer = b"".join(iter(lambda: connection.recv(65_536), b"")).decode()
        return int(answer.split()[1]), answer

    return send


@pytest.mark.parametrize("host", ["127.0.0.1", "LOCALHOST:80", "[::1]", "[0:0::1]:8000"])
def test_the_names_of_this_machine_are_known(ask: Ask, host: str) -> None:
    assert ask("GET / HTTP/1.1", f"Host: {host}")[0] == 200


@pytest.mark.parametrize(
    "lines",
    [
        ["GET / HTTP/1.1", "Host: rebind.example"],
        ["GET / HTTP/1.1"],
        ["GET / HTTP/1.1", "Host:"],
        ["GET / HTTP/1.0"],
        ["GET / HTTP/1.1", "Host: localhost", "Host: localhost"],
        ["GET / HTTP/1.1", "Host: localhost", "Host: rebind.example"],
        ["GET http://localhost/ HTTP/1.1", "Host: rebind.example"],
        ["GET http://rebind.example/ HTTP/1.1"],
    ],
)
@pytest.mark.parametrize("path", ["/", "/api/v1/products", "/sitemap.xml"])
def test_any_other_is_refused(ask: Ask, lines: list[str], path: str) -> None:
    first = re.sub(r"/ HTTP", f"{path} HTTP", lines[0])
    assert ask(first, *lines[1:])[0] == 400


def test_the_host_of_a_target_is_not_repeated(ask: Ask) -> None:
    status, answer = ask("GET http://rebind.example/ HTTP/1.1", "Host: localhost")
    assert (status, "rebind.example" in answer) == (200, False)
    status, answer = ask("GET / HTTP/1.1", "Host: localhost")
    assert (status, "rebind.example" in answer) == (200, False)


def test_a_health_check_needs_no_name(ask: Ask) -> None:
    assert ask("GET /healthz HTTP/1.1", "Host: 10.1.2.3:8000")[0] == 200
    assert ask("GET /readyz HTTP/1.0")[0] == 200
