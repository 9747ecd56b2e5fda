"""A database whose host can vanish without a word."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit


class Wire:
    """A proxy before PostgreSQL: forwards what it gets, until it is cut and says nothing."""

    def __init__(self, url: str) -> None:
        self._to = parse_qs(urlsplit(url).query)["host"][0] + "/.s.PGSQL.5432"
        self._path, self._silent = urlsplit(url).path, False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def dsn(self, *before: int) -> str:
        """That of the database through this proxy; first come the hosts on the ports `before`."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in (*before, self.port))
        return f"postgresql://postgres@{hosts}{self._path}?target_session_attrs=read-write"

    def cut(self) -> None:
        self._silent = True

    def close(self) -> None:
        for connection in self._open:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, far = self._listener.accept()[0], socket.socket(socket.AF_UNIX)
                far.connect(self._to)
                self._open += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _forward(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self._silent:
                    target.sendall(data)
            if not self._silent:
                target.shutdown(socket.SHUT_WR)


@contextmanager
def wire_to(url: str) -> Iterator[Wire]:
    """`url`: a DSN with the folder of a Unix socket."""
    wire = Wire(url)
    try:
        yield wire
    finally:
        wire.close()


@contextmanager
def silent_host() -> Iterator[int]:
    """The port of a host that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        yield listener.getsockname()[1]
