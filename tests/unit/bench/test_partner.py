"""The external system of the benchmark accepts messages, one after the other on a connection."""

import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from urllib.parse import urlsplit

import pytest

from bench.partner import Partner


@pytest.fixture(autouse=True)
def database() -> None:
    """These tests need no database."""


@pytest.fixture
def partner() -> Iterator[Partner]:
    made = Partner()
    yield made
    made.stop()


def test_messages_on_one_connection_are_accepted(partner: Partner) -> None:
    connection = HTTPConnection(urlsplit(partner.url).netloc, timeout=60)
    for size in (0, 2, 100_000):
        connection.request("POST", "/", b"x" * size)
        response = connection.getresponse()
        assert (response.status, response.read()) == (200, b"")
    connection.close()


def test_a_message_in_pieces_is_accepted_when_it_is_complete(partner: Partner) -> None:
    address = urlsplit(partner.url)
    with socket.create_connection((address.hostname, address.port), timeout=60) as client:
        client.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-")
        client.sendall(b"Length: 5\r\n\r\n123")
        client.settimeout(0.2)
        with pytest.raises(TimeoutError):
            client.recv(100)
        client.settimeout(60)
        client.sendall(b"45")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_slow_partner_takes_its_time(partner: Partner) -> None:
    partner.slow_down(0.2)
    began = time.monotonic()
    connection = HTTPConnection(urlsplit(partner.url).netloc, timeout=60)
    connection.request("POST", "/", b"{}")
    assert connection.getresponse().status == 200
    assert time.monotonic() - began >= 0.2
    connection.close()
