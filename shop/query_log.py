"""The queries that a response was rendered from, each with the digest of its rows.

A response is a function of its request and of what the database returned. So if the same queries
return the same rows again, it is still right ("verifying traces" in Build Systems à la Carte,
Mokhov and others, 2018). The engine records them: no page declares what it reads, or can omit it.
"""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

CLOCKS_DIFFER = timedelta(seconds=2)
"""By so much, at most, do the clocks of the shop and of PostgreSQL differ."""


class Query(NamedTuple):
    """SQL as it is sent, with its arguments."""

    sql: str
    args: tuple[Any, ...]


class Read(NamedTuple):
    """A query, and the digest of its rows."""

    query: Query
    found: bytes


class QueryLog:
    """The queries so far. Not replayable if one of them wrote, ran in a transaction or failed:
    `sent` counts each before it runs. At `ends` the response changes without a write."""

    def __init__(self) -> None:
        self.sent = 0
        self.ends: datetime | None = None
        self._reads: list[Read] = []
        self._all_repeatable = True

    def note(self, sql: str, args: Sequence[Any], rows: Sequence[Any], alone: bool) -> None:
        """Records a query; `alone`: in no transaction."""
        self._all_repeatable &= alone and sql.startswith("SELECT")
        self._reads.append(Read(Query(sys.intern(sql), _fixed(args)), digest(rows)))

    def replayable(self) -> tuple[Read, ...]:
        """In the order of their answers; empty if not all can be sent again."""
        whole = self._all_repeatable and self.sent == len(self._reads)
        return tuple(self._reads) if whole else ()


current_log: ContextVar[QueryLog | None] = ContextVar("current_log", default=None)


def changes_at(*moments: datetime | None) -> None:
    """The response that is being rendered shows what the time changes at these moments: those that
    are past, and None, mean nothing."""
    log, now = current_log.get(), datetime.now(UTC)
    future = [moment for moment in moments if moment and moment > now - CLOCKS_DIFFER]
    if log and future:
        log.ends = min(future) if log.ends is None else min(log.ends, *future)


@contextmanager
def recording() -> Iterator[QueryLog]:
    """Records all queries of this task, and of the tasks that it starts."""
    reads = QueryLog()
    before = current_log.set(reads)
    try:
        yield reads
    finally:
        current_log.reset(before)


def digest(rows: Sequence[Any]) -> bytes:
    """Of rows in their order; different rows have different digests, as different values have
    different `repr`s. It takes a fifth of the rows' memory."""
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).digest()


def _fixed(args: Sequence[Any]) -> tuple[Any, ...]:
    """Hashable arguments: lists become tuples."""
    return tuple(_fixed(arg) if isinstance(arg, list) else arg for arg in args)
