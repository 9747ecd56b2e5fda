"""The engine, its pool, and `transaction()`: Piccolo's, with faults corrected.

Differences from Piccolo 1.38 (each fault was reproduced, see docs/decisions):
- importing the engine opens no connection;
- a failed COMMIT gives its connection back and leaves no dead transaction behind;
- a nested `transaction()` is a savepoint, so a failure inside it is rolled back;
- `transactional` retries from the start after deadlocks and serialization failures;
- a host that vanishes without closing its connections is detected: every query has a timeout here
  too, and the connections are replaced, with the next host of the DSN if there is one;
- an unavailable database is one error, `Unavailable`; after a failure during a COMMIT, which leaves
  its outcome unknown, `OutcomeUnknown`; if the database accepts no writes, `ReadOnly`, and its
  connections are replaced.
"""

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from shop.database.engine import Database
from shop.database.errors import RETRYABLE_ERRORS
from shop.database.transaction import Isolation, Transaction
from shop.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 5

DB = Database()


def transaction(isolation: Isolation | None = None) -> Transaction:
    """`async with transaction():` commits all or nothing; inside another one it is a savepoint, and
    has that one's isolation."""
    return DB.transaction(isolation=isolation)


def transactional(
    work: Callable[P, Awaitable[T]], isolation: Isolation | None = None
) -> Callable[P, Awaitable[T]]:
    """Runs `work` in a transaction, again from its start after a conflict (40001, 40P01).

    `work` must therefore do nothing that a rollback does not undo. Inside another transaction it
    runs once, in a savepoint: only the outermost can be tried again.
    """

    @functools.wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        nested = DB.transaction_exists()
        for attempt in range(1, TRIES + 1):
            try:
                async with transaction(isolation):
                    return await work(*args, **kwargs)
            except RETRYABLE_ERRORS as clash:
                if nested:
                    raise
                if attempt == TRIES:
                    raise Unavailable(str(clash)) from clash
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise AssertionError("unreachable")

    return run


def in_one_snapshot(work: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """As `transactional`; all statements see the data committed before the first. It is a conflict
    if `work` writes or locks a row that was changed since."""
    return transactional(work, "repeatable_read")
