"""A lean HTTP/1.1 client: it shares the machine with what it measures, so it does little more than
count, and look at every answer."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import NamedTuple

import msgspec
import uvloop

TIMEOUT = 30
"""Seconds after which a request counts as failed."""


class Answer(NamedTuple):
    """`head` as it was sent, in lower case."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: bytes) -> bytes:
        """The first value of the header, empty where there is none. `name` in lower case."""
        _, found, rest = self.head.partition(b"\r\n" + name + b":")
        return rest.partition(b"\r\n")[0].strip() if found else b""


class WrongAnswer(Exception):
    """An answer that is not what this request must get."""


Check = Callable[[Answer], bool]


def holds(status: int, *parts: bytes) -> Check:
    """The answer has this status, and its body all of these parts."""

    def check(answer: Answer) -> bool:
        return answer.status == status and all(part in answer.body for part in parts)

    return check


FOUND = holds(200)


class Tally(msgspec.Struct):
    """What came of some load: milliseconds of each right turn, errors, and the first of them."""

    times: list[float] = []
    errors: int = 0
    first_error: str = ""

    def add_error(self, error: Exception) -> None:
        self.errors += 1
        self.first_error = self.first_error or f"{type(error).__name__}: {error}"


class Connection:
    """One connection that is kept, to a server on this machine."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def ask(
        self, method: str, path: str, headers: str = "", body: str = "", check: Check = FOUND
    ) -> Answer:
        """Sends a request, whose `headers` end each with CRLF. Raises WrongAnswer."""
        content = body.encode()
        length = f"Content-Length: {len(content)}\r\n" if content or method != "GET" else ""
        start = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{headers}{length}\r\n"
        self._writer.write(start.encode() + content)
        async with asyncio.timeout(TIMEOUT):
            answer = await self._read()
        if not check(answer):
            raise WrongAnswer(f"{method} {path}: {answer.status} {answer.body[:300]!r}")
        return answer

    async def _read(self) -> Answer:
        head = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        answer = Answer(int(head[9:12]), head, b"")
        length = int(answer.header(b"content-length") or 0)
        return answer._replace(body=await self._reader.readexactly(length))


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[Connection]:
    """A connection for the block."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        yield Connection(reader, writer)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()


Turn = Callable[[Connection], Awaitable[object]]


def load(port: int, turns: list[Turn], seconds: float) -> Tally:
    """Takes the turns over and over, each on a connection of its own, all at once, until the time
    is up; a turn that has begun is finished. A wrong answer or none is an error."""

    async def all_of_them() -> Tally:
        tally = Tally()
        end = time.perf_counter() + seconds
        await asyncio.gather(*(_repeat(port, turn, end, tally) for turn in turns))
        return tally

    return uvloop.run(all_of_them())


def take(port: int, turn: Turn, times: int) -> None:
    """Takes a turn so many times. Raises what it raises."""

    async def all_of_them() -> None:
        async with connected(port) as connection:
            for _ in range(times):
                await turn(connection)

    uvloop.run(all_of_them())


async def _repeat(port: int, turn: Turn, end: float, tally: Tally) -> None:
    while time.perf_counter() < end:
        try:
            async with connected(port) as connection:
                while (began := time.perf_counter()) < end:
                    await turn(connection)
                    tally.times.append((time.perf_counter() - began) * 1000)
        except (WrongAnswer, OSError, EOFError, TimeoutError, ValueError) as error:
            tally.add_error(error)
