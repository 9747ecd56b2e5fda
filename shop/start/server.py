"""Granian as the shop runs it: on a port that is open before anything else, and with bounds."""

import errno
import os
import resource
import socket
from multiprocessing.connection import wait
from typing import Any

from granian._granian import SocketHolder
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import embed, mp

from shop.start import StartError
from shop.start.signals import signals_blocked
from shop.start.wakeup import Wakeup

BACKLOG = 2048
"""Connections that wait to be accepted."""
CONNECTIONS = 8192
"""Connections that a worker has at once; further ones wait."""
FEWEST_CONNECTIONS = 32
OWN_FILES = 200
"""Open files of a worker beside clients and database: up to 100 of them are calls to the external
system. Without them an order could not be sent, nor a template be read."""
HEADER_SECONDS = 30
"""How long a request's headers may take, and how long a connection may be idle before them."""
HEADER_BYTES = 32 * 1024
"""More are answered by 431 (up to as much again may have been read by then); so are more than 100
headers, which is hyper's own limit."""


def server_options(
    header_seconds: float = HEADER_SECONDS, connections: int = CONNECTIONS
) -> dict[str, Any]:
    """What every server of ours is given. No access log: that is the proxy's."""
    return {
        "interface": Interfaces.ASGI,
        "http": HTTPModes.http1,
        "http1_settings": HTTP1Settings(
            header_read_timeout=int(header_seconds * 1000), max_buffer_size=HEADER_BYTES
        ),
        "websockets": False,
        "backpressure": connections,
        "log_level": LogLevels.warning,
        "log_dictconfig": {"handlers": {}, "loggers": {"_granian": {"propagate": True}}},
    }


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises StartError."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return socket.create_server(address[:2], family=family, backlog=BACKLOG)
    except UnicodeError:
        raise StartError(f"{host!r} is not a host name.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            raise StartError(
                f"Port {port} of {host} is taken. Choose another: SHOP_PORT."
            ) from error
        reason = (error.strerror or "unknown").partition(" (")[0]
        raise StartError(f"{host}:{port} cannot be listened on: {reason}.") from error


def allow_connections(pool: int) -> int:
    """Raises this process's limit of open files to what CONNECTIONS need, where that is allowed:
    many systems start with 1,024. Returns how many connections a worker may have beside its `pool`
    of database connections. Raises StartError if there are hardly any."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    own = OWN_FILES + pool
    wanted = CONNECTIONS + own
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    if wanted < own + FEWEST_CONNECTIONS:
        least = own + FEWEST_CONNECTIONS
        raise StartError(f"The limit of open files is {wanted}; allow {least} (ulimit -n {least}).")
    return wanted - own


class OnListener:
    """Mixed into a server of Granian: it serves `listener`, and closes it when it stops.

    Granian itself has each worker open the port with SO_REUSEPORT. Then two shops can have one
    port, and what waits for a worker that dies is lost.
    """

    def __init__(self, listener: socket.socket, **options: Any) -> None:
        self._listener = listener
        super().__init__(**options)

    def _init_shared_socket(self) -> None:
        self._ssp = self._sso = None
        make: Any = SocketHolder  # its annotations leave out that it can be made
        self._shd = make(self._listener.fileno(), False, BACKLOG)

    def _drop_shared_socket(self) -> None:
        self._listener.close()


class Supervisor(OnListener, mp.MPServer):
    """Starts the workers, and another for each that dies.

    If one exits again within 5 seconds, Granian takes it for one that cannot start, and exits with
    status 1. Being killed, as when memory runs out, does not count. Workers start with the stop
    signals blocked, so that none is lost before they can handle it.
    """

    def __init__(self, listener: socket.socket, **options: Any) -> None:
        super().__init__(listener, **options)
        self.main_loop_interrupt: Any = Wakeup()  # Granian's own is a threading.Event

    def _spawn_worker(self, *arguments: Any, **options: Any) -> Any:
        """Two threads of Granian wait for a worker to end, and the system gives its exit status to
        one of them: the other took the worker for alive, and logged that it had to be killed."""
        worker: Any = super()._spawn_worker(*arguments, **options)
        worker.is_alive = lambda: not wait([worker.inner.sentinel], timeout=0)
        return worker

    def _spawn_workers(self, *arguments: Any) -> None:
        with signals_blocked():
            super()._spawn_workers(*arguments)

    def _respawn_workers(self, workers: list[int], *arguments: Any, **options: Any) -> None:
        ended = [self.wrks[idx].inner.pid for idx in workers]
        killed = [idx for idx in workers if (self.wrks[idx].inner.exitcode or 0) < 0]
        with signals_blocked():
            super()._respawn_workers(workers, *arguments, **options)
        _forget_gauges(ended)
        for idx in killed:
            del self.respawned_wrks[idx]


def _forget_gauges(pids: list[int]) -> None:
    """What ended workers reported as their present state no longer counts."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client.multiprocess import mark_process_dead

        for pid in pids:
            mark_process_dead(pid)


class SingleServer(OnListener, embed.Server):
    """Serves in this process, on its event loop. Closes the descriptor of the listener itself."""
