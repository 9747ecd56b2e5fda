"""Connections to PostgreSQL that notice in time when their host is gone."""

import os
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import asyncpg

from shop.settings.dsn import Host, hosts_of

HOST_TIMEOUT = 3.0
"""Seconds that one of several hosts has to accept a connection, before the next is tried."""
ONLY_HOST_TIMEOUT = 10.0
CLOSE_TIMEOUT = 1.0
"""Seconds that a connection has to close, before it is aborted."""
TCP_OPTIONS = {
    "SO_KEEPALIVE": 1,
    "TCP_KEEPIDLE": 5,  # seconds of silence before the first probe
    "TCP_KEEPINTVL": 2,  # seconds between probes
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 5_000,  # milliseconds that sent data may stay unacknowledged
}

# asyncpg's errors after which another host may be the right one.
NEXT_HOST = (
    OSError,
    TimeoutError,
    asyncpg.CannotConnectNowError,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,  # the host has not the target_session_attrs
)
_answered_last: dict[str, Host] = {}


class Connection(asyncpg.Connection):  # type: ignore[misc] # asyncpg has no types
    """Aborted if a command is not answered within its `command_timeout`."""

    _when_silent: Callable[[], Awaitable[None]] | None = None

    def when_silent(self, callback: Callable[[], Awaitable[None]]) -> None:
        """`callback` is called after such an abort: the host may be lost for all connections."""
        self._when_silent = callback

    async def execute(self, *arguments: Any, **options: Any) -> Any:
        return await self._answered(super().execute(*arguments, **options))

    async def fetch(self, *arguments: Any, **options: Any) -> Any:
        return await self._answered(super().fetch(*arguments, **options))

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - inherited
        """Aborted if it does not close in time. asyncpg closes replaced connections in tasks of
        their own, with no limit, and their errors are lost."""
        with suppress(OSError, TimeoutError):
            await super().close(timeout=timeout or CLOSE_TIMEOUT)

    async def _answered(self, command: Awaitable[Any]) -> Any:
        try:
            return await command
        except TimeoutError:
            self.terminate()
            if self._when_silent:
                await self._when_silent()
            raise


async def connect(dsn: str, **options: Any) -> Connection:
    """A connection to the first host that accepts one, beginning with the host that did so
    last. Raises what asyncpg raised for the last one tried."""
    hosts = sorted(hosts_of(dsn), key=lambda host: host != _answered_last.get(dsn))
    seconds = HOST_TIMEOUT if len(hosts) > 1 else ONLY_HOST_TIMEOUT
    options |= {"timeout": seconds, "connection_class": Connection}
    for host in hosts[:-1]:
        try:
            return await _connect(dsn, host, options)
        except NEXT_HOST:
            continue
    if not hosts:
        return await asyncpg.connect(dsn, **options)
    return await _connect(dsn, hosts[-1], options)


async def _connect(dsn: str, host: Host, options: dict[str, Any]) -> Connection:
    connection: Connection = await asyncpg.connect(dsn, host=host.name, port=host.port, **options)
    _set_tcp_options(connection)
    _answered_last[dsn] = host
    return connection


def _set_tcp_options(connection: Connection) -> None:
    transport = connection._transport  # noqa: SLF001 - asyncpg has no public way to it
    given = transport.get_extra_info("socket")
    if given is None or given.family not in (socket.AF_INET, socket.AF_INET6):
        return
    with socket.socket(fileno=os.dup(given.fileno())) as same:
        for name, value in TCP_OPTIONS.items():
            level = socket.SOL_SOCKET if name.startswith("SO_") else socket.IPPROTO_TCP
            if hasattr(socket, name):  # macOS lacks some
                same.setsockopt(level, getattr(socket, name), value)
