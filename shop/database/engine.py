"""Piccolo's engine and its connection pool: limits on time, and broken connections replaced."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, NamedTuple

import asyncpg
from piccolo.engine.postgres import PostgresEngine
from piccolo.querystring import QueryString

from shop.connect import CLOSE_TIMEOUT, Connection, connect
from shop.database.errors import CONNECTION_ERRORS, log_unretrieved, translate_errors
from shop.database.transaction import Isolation, Transaction
from shop.errors import ReadOnly
from shop.query_log import current_log
from shop.settings import load_settings
from shop.versions import VersionCheck

# PostgreSQL's own, in milliseconds: nothing that a request does may take longer.
LIMITS = {
    "statement_timeout": "10000",
    "lock_timeout": "5000",
    "idle_in_transaction_session_timeout": "15000",
}
COMMAND_TIMEOUT = 11.0  # seconds, a little more than the server's own limit of a statement
ACQUIRE_TIMEOUT = 10.0  # seconds a request waits for a free connection


class PoolUse(NamedTuple):
    """Open connections, those of them that are idle, and callers that wait for one."""

    open: int
    idle: int
    waiting: int


class Database(PostgresEngine):
    """Piccolo's engine, which asks the settings for its address only when it connects."""

    def __init__(self) -> None:
        super().__init__(config={})
        self._limits = LIMITS
        self._command_timeout: float | None = COMMAND_TIMEOUT
        self._check_version = VersionCheck()

    @contextmanager
    def unlimited(self) -> Iterator[None]:
        """New connections may take as long as they need: for migrations, before anything runs."""
        self._limits, self._command_timeout = dict.fromkeys(LIMITS, "0"), None
        try:
            yield
        finally:
            self._limits, self._command_timeout = LIMITS, COMMAND_TIMEOUT

    async def check_version(self) -> None:
        """Piccolo would connect here, at import."""

    async def prep_database(self) -> None:
        """No extensions: the shop runs on a plain PostgreSQL."""

    def configure(self) -> dict[str, Any]:
        settings = load_settings()
        self.config = {
            "dsn": settings.database_dsn,
            "statement_cache_size": settings.statement_cache,
            "command_timeout": self._command_timeout,
            "server_settings": {
                "application_name": "pointmall",
                "timezone": "UTC",
                **self._limits,
            },
        }
        return self.config

    async def get_new_connection(self) -> Any:
        with translate_errors():
            return await self._connect(**self.configure())

    async def _connect(self, *arguments: Any, **options: Any) -> Connection:
        connection = await connect(*arguments, **options)
        connection.when_silent(self._replace_connections)
        return connection

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[None]:
        """The pool, while the app runs. It opens connections when they are needed, so
        that the shop starts, and comes back by itself, whether or not the database is up."""
        asyncio.get_running_loop().set_exception_handler(log_unretrieved)
        size = load_settings().database_pool
        self.pool = await asyncpg.create_pool(
            **self.configure(),
            min_size=0,
            max_size=size,
            connect=self._connect,
            connection_class=Connection,
            reset=_nothing_to_reset,
        )
        try:
            yield
        finally:
            pool, self.pool = self.pool, None
            await _close(pool)

    async def acquire(self) -> Any:
        """A connection of the pool, which must be released. Raises Unavailable where a newer
        version has migrated the database in a way that breaks this one."""
        assert self.pool is not None
        connection = await self.pool.acquire(timeout=ACQUIRE_TIMEOUT)
        try:
            await self._check_version(connection)
        except BaseException:
            await self.release(connection)
            raise
        return connection

    async def release(self, connection: Any) -> None:
        """If the connection breaks only here, the pool discards it: its committed work is valid,
        and must not become an error."""
        assert self.pool is not None
        with suppress(*CONNECTION_ERRORS):
            await self.pool.release(connection, timeout=CLOSE_TIMEOUT)

    def pool_use(self) -> PoolUse:
        if self.pool is None:
            return PoolUse(0, 0, 0)
        queue = self.pool._queue  # noqa: SLF001 - asyncpg has no public way to who waits
        waiting = len(getattr(queue, "_getters", ()))
        return PoolUse(self.pool.get_size(), self.pool.get_idle_size(), waiting)

    async def _run_in_pool(self, query: str, args: Sequence[Any] | None = None) -> Any:
        connection = await self.acquire()
        try:
            return await connection.fetch(query, *(args or ()))
        finally:
            await self.release(connection)

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> Any:
        if reads := current_log.get():
            reads.sent += 1
        try:
            with translate_errors():
                rows = await super().run_querystring(querystring, in_pool)
        except ReadOnly:
            await self._replace_connections()
            raise
        if reads:
            reads.note(*querystring.compile_string(), rows, alone=not self.transaction_exists())
        return rows

    async def is_writable(self) -> bool:
        """Whether a write would be taken now. Raises Unavailable."""
        sql = "SELECT current_setting('transaction_read_only') = 'off' AS it"
        [row] = await self.run_querystring(QueryString(sql))
        if not row["it"]:
            await self._replace_connections()
        return bool(row["it"])

    async def _replace_connections(self) -> None:
        """A server that is silent, or takes no writes, may have a successor, to which new
        connections lead."""
        if self.pool:
            await self.pool.expire_connections()

    async def fetch(self, sql: str, args: Sequence[Any]) -> Any:
        """The rows of a query, outside any transaction, and in no log of queries."""
        with translate_errors():
            return await self._run_in_pool(sql, args)

    async def snapshot_id(self) -> str | None:
        """Which transactions' work can be seen now: the same text, the same database. None inside
        a transaction, which sees its own work too. Raises Unavailable."""
        if self.transaction_exists():
            return None
        [row] = await self.run_querystring(QueryString("SELECT pg_current_snapshot()::text AS it"))
        return str(row["it"])

    def transaction(
        self, allow_nested: bool = True, isolation: Isolation | None = None
    ) -> Transaction:
        return Transaction(self, allow_nested, isolation)


async def _nothing_to_reset(_: Any) -> None:
    """A connection comes back as it went: no request changes a session's settings, locks or
    cursors. asyncpg's own four statements would be a round trip more after every query."""


async def _close(pool: Any) -> None:
    """Waits for running queries, but not for a connection that was never returned."""
    try:
        async with asyncio.timeout(ACQUIRE_TIMEOUT):
            await pool.close()
    except TimeoutError:
        pool.terminate()
