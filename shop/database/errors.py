"""What goes wrong in the database, in the shop's own errors."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import asyncpg

from shop.errors import N_, Busy, FieldError, InvalidInput, ReadOnly, Unavailable
from shop.logs import get_logger

log = get_logger("shop.database")

# What asyncpg raises where the server is gone, going, full or not yet up.
CONNECTION_ERRORS = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # the server's last word came in the middle of ours
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)


class Clash(Exception):
    """Another transaction has committed what this one was about to write: `transactional` runs it
    again."""


RETRYABLE_ERRORS = (asyncpg.SerializationError, asyncpg.DeadlockDetectedError, Clash)


@contextmanager
def translate_errors() -> Iterator[None]:
    try:
        yield
    except asyncpg.LockNotAvailableError as error:
        raise Busy(str(error)) from error
    except asyncpg.ReadOnlySQLTransactionError as error:
        raise ReadOnly(str(error)) from error
    except (asyncpg.DataError, ValueError) as error:  # asyncpg's own, before it is sent, is both
        raise InvalidInput(FieldError("body", N_("This cannot be stored."))) from error
    except CONNECTION_ERRORS as error:
        raise Unavailable(str(error)) from error


def log_unretrieved(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A line instead of a traceback. asyncpg's release goes on after its caller was cancelled, and
    its error is then never retrieved: at the stop, one for each request to a silent database."""
    error = context.get("exception")
    if isinstance(error, CONNECTION_ERRORS):
        log.warning("connection-lost", error=repr(error))
    else:
        loop.default_exception_handler(context)
