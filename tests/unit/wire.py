"""A database whose host can vanish without a word."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import parse_qs, urlsplit


class Wire:
    """A proxy before PostgreSQL: forwards all data until it is cut, and is silent then."""

    def __init__(self, url: str) -> None:
        self._to = parse_qs(urlsplit(url).query)["host"][0] + "/.s.PGSQL.5432"
        self._path, self._silent = urlsplit(url).path, False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = [self._listener]
        self._lock, self._is_closed = threading.Lock(), False
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def dsn(self, *before: int) -> str:
        """That of the database through this proxy; first come the hosts on the ports `before`."""
        hosts = ",".join(f"127.0.0.1:{port}" for port in (*before, self.port))
        return f"postgresql://postgres@{hosts}{self._path}?target_session_attrs=read-write"

    def cut(self) -> None:
        self._silent = True

    def mend(self) -> None:
        """Forwards again, on new connections; those from before the cut are closed."""
        self._silent = False
        with self._lock:
            self._close(self._open[1:])
            del self._open[1:]

    @property
    def is_cut(self) -> bool:
        return self._silent

    def close(self) -> None:
        with self._lock:
            self._is_closed = True
            self._close(self._open)

    def _close(self, connections: list[socket.socket]) -> None:
        for connection in connections:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                self._connect(self._listener.accept()[0])

    def _connect(self, near: socket.socket) -> None:
        """Where the database does not run, `near` is closed, or stays open without an answer."""
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(self._to)
        except OSError:
            far.close()
            if self._silent:
                self._keep(near)
            else:
                near.close()
            return
        self._keep(near, far)
        for pair in ((near, far), (far, near)):
            threading.Thread(target=self._forward, args=pair, daemon=True).start()

    def _keep(self, *connections: socket.socket) -> None:
        """Until the proxy is closed, which it may be by now."""
        with self._lock:
            self._open += connections
            if self._is_closed:
                self._close([*connections])

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
    """The port of a host that accepts connections and never responds."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listener:
        yield listener.getsockname()[1]
