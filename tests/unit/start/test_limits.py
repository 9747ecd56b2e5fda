"""The limits of a request: size, number and time of its parts, and concurrent connections."""

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from granian.log import LogLevels

from shop.errors import SlowBody, Unavailable
from shop.start.server import HEADER_BYTES, HEADER_SECONDS, SingleServer, listen, server_options
from shop.web.bodies import Stopping, timing_bodies
from tests.unit.start.conftest import ROOT, Process
from tests.unit.start.raw import Raw

SHORT = 0.3
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"
CHUNKED = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"

Serve = Callable[..., str]


class Echo:
    """Responds with the size of the body; with 408 and 503 as the shop does."""

    def __init__(self) -> None:
        self.scopes: list[Any] = []
        self.stopping = Stopping()
        self.reading = threading.Event()
        self.app = timing_bodies(self._answer, self.stopping, timeout=SHORT)  # type: ignore[arg-type]

    async def _answer(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        self.scopes.append(scope)
        self.loop = asyncio.get_running_loop()
        try:
            status, size = 200, await self._size(receive)
        except SlowBody:
            status, size = 408, 0
        except Unavailable:
            status, size = 503, 0
        body = str(size).encode()
        headers = [(b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _size(self, receive: Any) -> int:
        size, more = 0, True
        while more:
            self.reading.set()
            message = await receive()
            size, more = size + len(message.get("body", b"")), message.get("more_body", False)
        return size


@contextmanager
def serving(app: Any, host: str = "127.0.0.1", **limits: Any) -> Iterator[str]:
    """Granian as the shop runs it, in a thread, with limits that are soon reached."""
    listener = listen(host, 0)
    port = listener.getsockname()[1]
    options = server_options(**limits) | {"log_level": LogLevels.error}
    loop, begun = asyncio.new_event_loop(), threading.Event()
    servers: list[Any] = []

    async def serve() -> None:
        servers.append(SingleServer(listener, target=app, **options))
        loop.call_soon(begun.set)
        await servers[0].serve()
        listener.detach()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    begun.wait()
    try:
        yield f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    finally:
        loop.call_soon_threadsafe(servers[0].stop)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def echo() -> Echo:
    return Echo()


@pytest.fixture(scope="module")
def server(echo: Echo) -> Iterator[str]:
    with serving(echo.app, header_seconds=SHORT) as address:
        yield address


def status_of(address: str, *parts: bytes) -> int:
    with Raw(address) as client:
        client.send(*parts)
        return client.answer()[0]


@pytest.mark.parametrize(
    "headers",
    [
        b"Host: " + b"a" * 1_000_000,
        b"Host: a\r\nCookie: " + b"a" * 2 * HEADER_BYTES,
        b"Host: a\r\n" + b"\r\n".join(b"X-%d: 1" % number for number in range(10_000)),
    ],
    ids=["a long host", "a long cookie", "many headers"],
)
def test_too_large_headers_are_refused_in_few_bytes(server: str, headers: bytes) -> None:
    with Raw(server) as client:
        try:
            client.send(b"GET / HTTP/1.1\r\n" + headers + b"\r\n\r\n")
        except ConnectionError:
            return  # closed before all of it was sent
        status, answered, body = client.answer()
        assert (status, body) == (431, b"")
        assert answered["connection"] == "close"


@pytest.mark.parametrize("begun", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX: "])
def test_a_request_that_is_not_finished_is_cut(server: str, begun: bytes) -> None:
    with Raw(server) as client:
        client.send(begun)
        assert client.ends()


def test_slow_headers_are_cut(server: str) -> None:
    """Each byte is no new beginning."""
    with Raw(server) as client, pytest.raises(ConnectionError):
        client.send(*[b"x"] * 1_000, pause=SHORT / 10)


@pytest.mark.parametrize("begun", [POST, POST + b"12345", CHUNKED, CHUNKED + b"5\r\n12345\r\n"])
def test_a_body_that_does_not_come_is_408(server: str, begun: bytes) -> None:
    with Raw(server) as client:
        client.send(begun)
        assert client.answer()[0] == 408
        assert client.ends()


def test_a_slow_body_is_408(server: str) -> None:
    with Raw(server) as client:
        client.send(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n")
        with pytest.raises(ConnectionError):
            client.send(*[b"1"] * 1_000, pause=SHORT / 10)


def test_a_large_body_has_the_time_that_it_needs(server: str) -> None:
    """A second more for each 500 bytes: these have sent enough for many seconds."""
    half = b"x" * 50_000
    head = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n"
    with Raw(server) as client:
        client.send(head + half, half, pause=SHORT * 2)
        assert client.answer()[::2] == (200, b"100000")


def test_connections_beyond_the_bound_wait_for_one_that_is_cut(echo: Echo) -> None:
    with serving(echo.app, header_seconds=SHORT, connections=3) as address, ExitStack() as stack:
        for _ in range(3):
            stack.enter_context(Raw(address)).send(b"GET /")
        assert status_of(address, GET) == 200


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_the_application_sees_the_request_as_it_was(echo: Echo, host: str) -> None:
    with serving(echo.app, host) as address, Raw(address) as client:
        client.send(
            b"GET /a%20b/%2F?x=%31 HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n"
            b"X-Forwarded-Proto: https\r\nCookie: a=1\r\nCookie: b=2\r\n\r\n"
        )
        assert client.answer()[0] == 200
    scope = echo.scopes[-1]
    assert scope["client"][0] == host  # the peer's own, not the header's
    assert scope["scheme"] == "http"
    assert (scope["path"], scope["raw_path"]) == ("/a b//", b"/a%20b/%2F")
    assert scope["query_string"] == b"x=%31"
    assert [value for name, value in scope["headers"] if name == b"cookie"] == [b"a=1", b"b=2"]


def test_a_disconnect_is_noticed() -> None:
    seen: list[str] = []
    gone, reading = threading.Event(), threading.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        while scope["type"] == "http" and (not seen or seen[-1] != "http.disconnect"):
            reading.set()
            seen.append((await receive())["type"])
        gone.set()

    with serving(app) as address:
        with Raw(address) as client:
            client.send(POST + b"123")
            assert reading.wait(60)
        assert gone.wait(60)


def test_half_a_body_does_not_delay_the_stop(echo: Echo) -> None:
    echo.reading.clear()
    patient = timing_bodies(echo._answer, echo.stopping, timeout=600)  # type: ignore[arg-type]
    with serving(patient) as address, Raw(address) as client:
        client.send(POST + b"123")
        assert echo.reading.wait(60)
        echo.loop.call_soon_threadsafe(echo.stopping.set)
        assert client.answer()[0] == 503
    echo.stopping.clear()


def test_half_a_body_that_comes_during_the_stop_has_a_second(echo: Echo) -> None:
    patient = timing_bodies(echo._answer, echo.stopping, timeout=600)  # type: ignore[arg-type]
    echo.stopping.set()
    with serving(patient) as address, Raw(address) as late, Raw(address) as client:
        client.send(POST, b"1234567890", pause=SHORT)
        late.send(POST + b"123")
        assert client.answer()[0] == 200
        assert late.answer()[0] == 503
    echo.stopping.clear()


@pytest.fixture(scope="module")
def shop(data_dir: Path) -> Iterator[str]:
    process = Process("run", SHOP_PORT="0", SHOP_DATA_DIR=str(data_dir))
    yield process.address()
    process.terminate()
    process.ended()


def test_the_shop_has_these_bounds(shop: str) -> None:
    assert (
        status_of(shop, b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"X: 1\r\n" * 101 + b"\r\n")
        == 431
    )


def test_500_half_sent_headers_do_not_block_other_clients(shop: str) -> None:
    with ExitStack() as stack:
        for _ in range(500):
            stack.enter_context(Raw(shop)).send(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        assert status_of(shop, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n") == 200


@pytest.mark.parametrize("length", [b"Content-Length: 100000000", b"Transfer-Encoding: chunked"])
def test_a_too_large_body_is_not_read_to_its_end(shop: str, length: bytes) -> None:
    with Raw(shop) as client:
        client.send(
            b"POST /api/v1/orders HTTP/1.1\r\nHost: localhost\r\nX-USER-ID: 1\r\n"
            b"Content-Type: application/json\r\n" + length + b"\r\n\r\n"
        )
        with pytest.raises(ConnectionError):
            client.send(*[b"10000\r\n" + b" " * 0x10000 + b"\r\n"] * 1_000)


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_the_proxy_of_the_example_closes_idle_connections_first(name: str) -> None:
    text = (ROOT / "deploy" / name).read_text("utf-8")
    [seconds] = re.findall(r"keepalive(?:_timeout)? (\d+)s", text)
    assert int(seconds) < HEADER_SECONDS
