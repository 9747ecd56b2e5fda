"""An external system that accepts every message, as another machine would: the shop's own mock
would share the processors with the shop that is measured, so this does as little as possible.

`PUT` with a number of seconds: from now on each message is answered after them.
"""

import asyncio
import http.client
import re
import subprocess
import sys
from typing import ClassVar, cast

import psutil
import uvloop

from bench.processes import TIMEOUT

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Partner:
    """The external system in a process of its own."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.partner"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            start_new_session=True,
        )
        assert self._process.stdout
        with self._process.stdout as output:
            self._port = int(output.readline())

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}/"

    @property
    def process(self) -> psutil.Process:
        return psutil.Process(self._process.pid)

    def slow_down(self, seconds: float) -> None:
        """From now on it takes this long for each message."""
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        connection.request("PUT", "/", str(seconds))
        connection.getresponse()
        connection.close()

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(TIMEOUT)


class Receiver(asyncio.Protocol):
    """One connection."""

    seconds: ClassVar[float] = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._received = b""

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, found, rest = self._received.partition(b"\r\n\r\n")
        length = LENGTH.search(head) if found else None
        if length and len(rest) >= int(length[1]):  # a client waits before it sends the next one
            self._received = b""
            self._answer(head, rest)

    def _answer(self, head: bytes, body: bytes) -> None:
        if head.startswith(b"PUT "):
            Receiver.seconds = float(body)
            self._transport.write(OK)
        else:
            asyncio.get_running_loop().call_later(self.seconds, self._accept)

    def _accept(self) -> None:
        if not self._transport.is_closing():
            self._transport.write(OK)


async def serve() -> None:
    """Prints the port."""
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - read by Partner
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve())
