"""A trailer of a chunked request is never a header, whenever it comes (RFC 9110, 6.5.1)."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.start.conftest import Process
from tests.unit.start.raw import Raw

TRAILERS = [
    "X-USER-ID: 1",
    "X-Forwarded-For: 203.0.113.9",
    "X-Forwarded-Host: evil.example",
    "Forwarded: for=203.0.113.9;host=evil.example",
    "Cookie: language=en",
    "Cookie: id=forged",
    "HX-Request: true",
    "HX-Boosted: true",
    "HX-Target: products",
    "Accept: application/json",
    "Accept-Encoding: gzip",
    "Accept-Language: en",
    "Host: evil.example",
    "Content-Length: 7",
    "Content-Type: application/json",
    "Transfer-Encoding: identity",
    "If-None-Match: *",
    "Range: bytes=0-0",
    "Origin: http://evil.example",
    "Authorization: Basic YWxpY2U6YWxpY2U=",
    "Sec-Fetch-Site: cross-site",
]
PAUSES = [None, 0.0003, 0.003, 0.02]
"""Seconds after the head, None: in one packet with it. While the shop is already working, that is
before, while and after the guests' cache asks the database for its state."""
GUESTS = 50
words = (f"zq{number:06}" for number in itertools.count())


@pytest.fixture(scope="module")
def shop(data_dir: Path) -> Iterator[str]:
    process = Process("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir), SHOP_RATE_LIMITS="off")
    yield process.address()
    process.terminate()
    process.ended()


def head(path: str, *headers: str) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: localhost", "Accept-Language: ko", *headers]
    return "\r\n".join([*lines, "", ""]).encode()


def with_trailer(shop: str, path: str, trailer: str, pause: float | None) -> tuple[int, bytes]:
    start = head(path, "Transfer-Encoding: chunked", f"Trailer: {trailer.partition(':')[0]}")
    end = f"0\r\n{trailer}\r\n\r\n".encode()
    with Raw(shop) as attacker:
        if pause is None:
            attacker.send(start + end)
        else:
            attacker.send(start, end, pause=pause)
        status, _, body = attacker.answer()
        return status, body


def seen(guest: Raw, word: str) -> tuple[int, dict[str, str], bytes]:
    """What a guest gets of a search, whose page is made at the first request for it."""
    guest.send(head(f"/?q={word}"))
    status, headers, body = guest.answer()
    for changing in ("date", "etag", "x-request-id"):
        headers.pop(changing, None)
    return status, headers, body.replace(word.encode(), b"WORD")


@pytest.mark.parametrize("pause", PAUSES)
@pytest.mark.parametrize("trailer", TRAILERS)
def test_a_trailer_changes_no_page_of_guests(shop: str, trailer: str, pause: float | None) -> None:
    with Raw(shop) as guest:
        before = seen(guest, next(words))
        assert before[0] == 200
        word = next(words)
        status, body = with_trailer(shop, f"/?q={word}", trailer, pause)
        assert (status, body.replace(word.encode(), b"WORD")) == (200, before[2])
        others = [seen(guest, word) for _ in range(GUESTS)]
        assert [other for other in others if other != before] == []


@pytest.mark.parametrize("pause", PAUSES)
def test_a_trailer_identifies_no_user(shop: str, pause: float | None) -> None:
    with Raw(shop) as alice:
        alice.send(head("/api/v1/users/me", "X-USER-ID: 1"))
        assert alice.answer()[0] == 200
    assert with_trailer(shop, "/api/v1/users/me", "X-USER-ID: 1", pause)[0] == 401
