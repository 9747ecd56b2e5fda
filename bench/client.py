"""A minimal HTTP/1.1 client that checks every response. It shares the processors with the server it
measures, so it does as little as possible."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import msgspec
import uvloop

TIMEOUT = 30
"""Seconds after which a request counts as failed."""


class Response(NamedTuple):
    """`head` is the status line and headers, in lower case."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """The first value of the header, or b"". `name` is in lower case."""
        _, found, rest = self.head.partition(b"\r\n" + name + b":")
        return rest.partition(b"\r\n")[0].strip() if found else b""


class UnexpectedResponse(Exception):
    """The response failed the check of its request."""


Check = Callable[[Response], bool]


def expect(status: int, *parts: bytes) -> Check:
    """A check that the response has this status and its body contains all of these parts."""

    def check(response: Response) -> bool:
        return response.status == status and all(part in response.body for part in parts)

    return check


OK = expect(200)


class Stats(msgspec.Struct):
    """Durations of successful runs in milliseconds, the number of errors, and the first error."""

    times: list[float] = []
    errors: int = 0
    first_error: str = ""

    def add_error(self, error: Exception) -> None:
        self.errors += 1
        self.first_error = self.first_error or f"{type(error).__name__}: {error}"


class Connection:
    """A persistent connection to a server on this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def request(
        self, method: str, path: str, headers: str = "", body: str = "", check: Check = OK
    ) -> Response:
        """Sends a request; each line of `headers` ends with CRLF. Raises UnexpectedResponse."""
        content = body.encode()
        length = f"Content-Length: {len(content)}\r\n" if content or method != "GET" else ""
        start = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{length}\r\n"
        self._writer.write(start.encode() + content)
        async with asyncio.timeout(TIMEOUT):
            response = await self._read()
        if not check(response):
            raise UnexpectedResponse(f"{method} {path}: {response.status} {response.body[:300]!r}")
        return response

    async def _read(self) -> Response:
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        response = Response(int(head[9:12]), head, b"")
        length = int(response.header(b"content-length") or 0)
        return response._replace(body=await self._reader.readexactly(length))


@asynccontextmanager
async def connect(port: int) -> AsyncIterator[Connection]:
    """Opens a connection for the block."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


Scenario = Callable[[Connection], Awaitable[object]]
"""One pass of what a client does: one or more requests. Raises UnexpectedResponse."""
ERRORS = (UnexpectedResponse, OSError, EOFError, TimeoutError, ValueError)


def run_load(port: int, scenarios: list[Scenario], seconds: float) -> Stats:
    """Repeats all scenarios concurrently, one connection each, until the time is up.

    Unexpected responses and lost connections count as errors.
    """

    async def run_all() -> Stats:
        stats = Stats()
        end = time.perf_counter() + seconds
        await asyncio.gather(*(_repeat(port, scenario, end, stats) for scenario in scenarios))
        return stats

    return uvloop.run(run_all())


def run_times(port: int, scenario: Scenario, times: int) -> None:
    """Runs a scenario this many times on one connection. Raises UnexpectedResponse."""

    async def run_all() -> None:
        async with connect(port) as connection:
            for _ in range(times):
                await scenario(connection)

    uvloop.run(run_all())


async def _repeat(port: int, scenario: Scenario, end: float, stats: Stats) -> None:
    while time.perf_counter() < end:
        try:
            async with connect(port) as connection:
                while (began := time.perf_counter()) < end:
                    await scenario(connection)
                    stats.times.append((time.perf_counter() - began) * 1000)
        except ERRORS as error:
            stats.add_error(error)
