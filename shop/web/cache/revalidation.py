"""Whether the queries that a response was rendered from still find the same.

Each query is sent once for a snapshot of the database, for all entries that share it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from shop.errors import ShopError
from shop.query_log import Query, Read
from shop.repeated import RepeatedQueries, is_lookup

TOGETHER = 64
"""Entries that a refresh validates before other requests have their turn."""


class Entry(Protocol):
    """A cached response: valid at `snapshot`, rendered from `reads`."""

    snapshot: str
    reads: tuple[Read, ...]


class Revalidator:
    def __init__(self, queries: RepeatedQueries) -> None:
        self._queries = queries
        self._snapshot: str | None = None
        self._found: dict[Query, asyncio.Future[bytes]] = {}

    async def is_fresh(self, reads: Sequence[Read], snapshot: str) -> bool:
        """Whether all queries find the same since `snapshot`. False also without queries, or if the
        database does not answer."""
        try:
            for query, found in reads:
                if await self._once(query, snapshot) != found:
                    return False
        except ShopError:
            return False
        return bool(reads)

    async def refresh(self, entries: Sequence[Entry], snapshot: str) -> None:
        """Marks all entries that are still valid at `snapshot`, with few statements for many. Ends
        early if a later snapshot is asked for."""
        for start in range(0, len(entries), TOGETHER):
            part = entries[start : start + TOGETHER]
            queries = {query for entry in part for query, _ in entry.reads}
            self._send(filter(is_lookup, queries), snapshot)
            for entry in part:
                if await self.is_fresh(entry.reads, snapshot):
                    entry.snapshot = snapshot
            if snapshot != self._snapshot:
                return

    async def _once(self, query: Query, snapshot: str) -> bytes:
        self._send([query], snapshot)
        found = self._found[query]
        # A client that goes away does not cancel the query of the others.
        return found.result() if found.done() else await asyncio.shield(found)

    def _send(self, queries: Iterable[Query], snapshot: str) -> None:
        if snapshot != self._snapshot:
            self._snapshot, self._found = snapshot, {}
        for query in queries:
            if query not in self._found:
                found = asyncio.ensure_future(self._queries.digest(query))
                found.add_done_callback(_retrieve)
                self._found[query] = found


def _retrieve(found: "asyncio.Future[bytes]") -> None:
    """Marks the exception of a task that no request waits for as retrieved, so that it is not
    logged."""
    if not found.cancelled():
        found.exception()
