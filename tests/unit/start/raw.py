"""A raw HTTP client, which can send malformed requests."""

import socket
import time
from typing import Self
from urllib.parse import urlsplit

TIMEOUT = 60


class Raw:
    """A connection over which bytes are sent as given."""

    def __init__(self, address: str) -> None:
        where = urlsplit(address)
        self.socket = socket.create_connection((where.hostname, where.port or 80), TIMEOUT)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, *parts: bytes, pause: float = 0) -> None:
        """Sends each part in its own packet, `pause` seconds after the one before."""
        for number, part in enumerate(parts):
            if number:
                time.sleep(pause)
            self.socket.sendall(part)

    def answer(self) -> tuple[int, dict[str, str], bytes]:
        """Reads the next response: status, headers and body by Content-Length."""
        data = b""
        while b"\r\n\r\n" not in data:
            data += self._more()
        head, _, body = data.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}
        while len(body) < int(headers.get("content-length", 0)):
            body += self._more()
        return int(first.split()[1]), headers, body

    def _more(self) -> bytes:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        return data

    def ends(self) -> bool:
        """Waits for the server to close the connection. False after a timeout."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False
        return True
