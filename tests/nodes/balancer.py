"""A load balancer as small as one can be: each connection goes to the next node that accepts it."""

import socket
import threading
from contextlib import suppress
from itertools import count


class Balancer:
    """TCP only. `ports` are those of the nodes."""

    def __init__(self, ports: list[int]) -> None:
        self._ports, self._turn = ports, count()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=200)
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client = self._listener.accept()[0]
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError), self._connect() as node:
            back = threading.Thread(target=forward, args=(node, client), daemon=True)
            back.start()
            forward(client, node)
            back.join()

    def _connect(self) -> socket.socket:
        """Raises OSError if no node accepts."""
        first = next(self._turn)
        for number in range(len(self._ports)):
            with suppress(ConnectionRefusedError):
                port = self._ports[(first + number) % len(self._ports)]
                return socket.create_connection(("127.0.0.1", port))
        raise ConnectionRefusedError


def forward(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
