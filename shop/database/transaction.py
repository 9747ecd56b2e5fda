"""Piccolo's transaction, which always returns its connection, with savepoints for inner ones."""

from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from piccolo.engine.postgres import PostgresTransaction, Savepoint

from shop.connect import CLOSE_TIMEOUT
from shop.database.errors import CONNECTION_ERRORS, translate_errors
from shop.errors import OutcomeUnknown

if TYPE_CHECKING:
    from shop.database.engine import Database

Isolation = Literal["read_committed", "repeatable_read"]


class Transaction(PostgresTransaction):
    """Piccolo's transaction, but it returns its connection also after a failed COMMIT, and inner
    transactions are savepoints."""

    engine: "Database"
    _savepoint: Savepoint | None = None

    def __init__(
        self, engine: "Database", allow_nested: bool = True, isolation: Isolation | None = None
    ) -> None:
        super().__init__(engine, allow_nested)
        self._isolation = isolation

    async def __aenter__(self) -> PostgresTransaction:
        if self._parent is not None:
            self._savepoint = await self._parent.savepoint()
            return self._parent
        with translate_errors():
            self.connection = await self.get_connection()
            self.transaction = self.connection.transaction(isolation=self._isolation)
            try:
                await self.begin()
            except BaseException:
                await self._release()
                raise
        self.context = self.engine.current_transaction.set(self)
        return self

    async def get_connection(self) -> Any:
        if self.engine.pool:
            return await self.engine.acquire()
        return await self.engine.get_new_connection()

    async def __aexit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        if self._savepoint is not None:
            await self._leave_savepoint(exception)
            return False
        try:
            with translate_errors():
                if exception is None:
                    await self._commit_unless_ended()
                elif not self._rolled_back:
                    await self._roll_back()
        finally:
            self.engine.current_transaction.reset(self.context)
            await self._release()
        return False

    async def _commit_unless_ended(self) -> None:
        if self._committed or self._rolled_back:
            return
        try:
            await self.commit()
        except CONNECTION_ERRORS as error:
            raise OutcomeUnknown(str(error)) from error

    async def _roll_back(self) -> None:
        # On a connection that is gone there is nothing to roll back, and the first error says more.
        if not self.connection.is_closed():
            await self.rollback()

    async def _leave_savepoint(self, exception: BaseException | None) -> None:
        assert self._savepoint is not None
        assert self._parent is not None
        if exception is not None and not self._parent.connection.is_closed():
            await self._savepoint.rollback_to()
        elif exception is None:
            await self._savepoint.release()

    async def _release(self) -> None:
        if self.engine.pool:
            await self.engine.release(self.connection)
            return
        with suppress(*CONNECTION_ERRORS):
            await self.connection.close(timeout=CLOSE_TIMEOUT)
