"""The engine, its pool, and `transaction()`: Piccolo's, with its holes closed.

What is different from Piccolo 1.38 (each reproduced, see docs/decisions):
- importing the engine opens no connection;
- a failed COMMIT gives its connection back and leaves no dead transaction behind;
- a nested `transaction()` is a savepoint, so what fails inside it is undone;
- deadlocks and serialization failures are tried again, from the start, by `transactional`;
- a host that has gone without a word is noticed: every query has a time limit on this side too, and
  its connections are replaced, with the next host of the DSN if there is one;
- a database that does not answer is one error, `Unavailable`; where it went away in the middle of
  a COMMIT, so that nobody knows what came of it, `OutcomeUnknown`; where it takes no writes,
  `ReadOnly`, and its connections are replaced.
"""

import asyncio
import functools
import random
from collections.abc import Awaitable, Callable
from typing import ParamSpec, TypeVar

from shop.database.engine import Database, Transaction
from shop.database.errors import RETRYABLE_ERRORS
from shop.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

TRIES = 5

DB = Database()


def transaction() -> Transaction:
    """`async with transaction():` commits all or nothing; inside another one it is a savepoint."""
    return DB.transaction()


def transactional(work: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Runs `work` in a transaction, again from its start where it clashed (40001, 40P01).

    `work` must therefore do nothing that a rollback does not undo. Inside another transaction it
    runs once, in a savepoint: only the outermost can be tried again.
    """

    @functools.wraps(work)
    async def run(*args: P.args, **kwargs: P.kwargs) -> T:
        nested = DB.transaction_exists()
        for attempt in range(1, TRIES + 1):
            try:
                async with transaction():
                    return await work(*args, **kwargs)
            except RETRYABLE_ERRORS as clash:
                if nested:
                    raise
                if attempt == TRIES:
                    raise Unavailable(str(clash)) from clash
            await asyncio.sleep(random.uniform(0, 0.01 * 2**attempt))
        raise AssertionError("unreachable")

    return run
