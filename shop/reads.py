"""What an answer was read from: the queries that were sent while it was made, and what each found.

An answer is made of its request and of what the database said. So where the same queries find the
same again, it is still the right one ("verifying traces" in Build Systems à la Carte, Mokhov and
others, 2018). The engine notes them; no page has to say, or could forget to, what it shows.
"""

import hashlib
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple


class Query(NamedTuple):
    """SQL as it is sent, with its arguments."""

    sql: str
    args: tuple[Any, ...]


class Read(NamedTuple):
    """A query, and the digest of what it found."""

    query: Query
    found: bytes


class Reads:
    """What has been read so far. Nothing to go by where one of the queries was more than a
    question, saw what only its own transaction did, or failed: count it in `sent` beforehand."""

    def __init__(self) -> None:
        self.sent = 0
        self._reads: list[Read] = []
        self._all_repeatable = True

    def note(self, sql: str, args: Sequence[Any], rows: Sequence[Any], alone: bool) -> None:
        """`alone`: in no transaction."""
        self._all_repeatable &= alone and sql.startswith("SELECT")
        self._reads.append(Read(Query(sys.intern(sql), _fixed(args)), digest(rows)))

    def to_repeat(self) -> tuple[Read, ...]:
        """In the order in which they were answered; none where not all can be."""
        whole = self._all_repeatable and self.sent == len(self._reads)
        return tuple(self._reads) if whole else ()


noting: ContextVar[Reads | None] = ContextVar("noting", default=None)


@contextmanager
def noted() -> Iterator[Reads]:
    """All that is read from here on, in this task and those that it starts."""
    reads = Reads()
    before = noting.set(reads)
    try:
        yield reads
    finally:
        noting.reset(before)


def digest(rows: Sequence[Any]) -> bytes:
    """Of rows in their order: it takes a fifth of the memory, and is the same for the same only.
    Python writes values so that different ones never read alike."""
    return hashlib.sha256(repr([tuple(row) for row in rows]).encode()).digest()


def _fixed(args: Sequence[Any]) -> tuple[Any, ...]:
    """Arguments to look a query up by, which a list cannot be."""
    return tuple(_fixed(arg) if isinstance(arg, list) else arg for arg in args)
