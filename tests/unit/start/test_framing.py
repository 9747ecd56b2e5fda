"""Where a request ends is never in doubt (RFC 9112, 6.3; OWASP ASVS 5.0, 4.2.1)."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.start.conftest import Process
from tests.unit.start.raw import Raw

NEXT = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
CHUNKED = b"b\r\nlanguage=en\r\n0\r\n\r\n"
REFUSED = {
    "two lengths": ("Content-Length: 5", "Content-Length: 6"),
    "a list of lengths": ("Content-Length: 5, 6",),
    "a signed length": ("Content-Length: +5",),
    "a hexadecimal length": ("Content-Length: 0x5",),
    "chunked is not last": ("Transfer-Encoding: chunked, identity",),
    "an unknown coding": ("Transfer-Encoding: xchunked",),
    "a space before the colon": ("Content-Length : 5",),
    "a folded line": ("Accept: text/html", " Content-Length: 5"),
}


@pytest.fixture(scope="module")
def shop(data_dir: Path) -> Iterator[str]:
    process = Process("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir), SHOP_RATE_LIMITS="off")
    yield process.address()
    process.terminate()
    process.ended()


def post(*headers: str) -> bytes:
    form = "Content-Type: application/x-www-form-urlencoded"
    lines = ["POST /language HTTP/1.1", "Host: localhost", form, *headers]
    return "\r\n".join([*lines, "", ""]).encode()


@pytest.mark.parametrize("headers", REFUSED.values(), ids=REFUSED)
def test_an_ambiguous_request_is_refused_and_the_connection_closed(
    shop: str, headers: tuple[str, ...]
) -> None:
    with Raw(shop) as client:
        client.send(post(*headers) + b"12345" + NEXT)
        assert client.answer()[0] == 400
        assert client.ends()


LENGTH = f"Content-Length: {len(CHUNKED) + len(NEXT)}"
CODING = "Transfer-Encoding: chunked"


@pytest.mark.parametrize("headers", [(CODING, LENGTH), (LENGTH, CODING)], ids=["coding", "length"])
def test_with_both_headers_the_length_is_ignored_and_the_connection_closed(
    shop: str, headers: tuple[str, ...]
) -> None:
    with Raw(shop) as client:
        client.send(post(*headers) + CHUNKED + NEXT)
        assert client.answer()[0] == 303  # its body was read by its chunks
        with pytest.raises(EOFError):
            client.answer()
