"""Whether what a response was read from still reads the same.

Each query is sent once for a state of the database, for all entries that share it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Protocol

from shop.errors import ShopError
from shop.reads import Query, Read
from shop.repeated import RepeatedQueries, is_lookup

TOGETHER = 64
"""Entries that a refresh validates before other requests have their turn."""


class Entry(Protocol):
    """A cached response: valid at `state`, made from `reads`."""

    state: str
    reads: tuple[Read, ...]


class Rereading:
    def __init__(self, queries: RepeatedQueries) -> None:
        self._queries = queries
        self._state: str | None = None
        self._found: dict[Query, asyncio.Future[bytes]] = {}

    async def finds_the_same(self, reads: Sequence[Read], state: str) -> bool:
        """Since `state` was seen. False also without reads, or if the database does not answer."""
        try:
            for query, found in reads:
                if await self._once(query, state) != found:
                    return False
        except ShopError:
            return False
        return bool(reads)

    async def refresh(self, entries: Sequence[Entry], state: str) -> None:
        """Sets the state of all entries that are still valid, with few statements for many. Ends
        early if a later state is asked for."""
        for start in range(0, len(entries), TOGETHER):
            part = entries[start : start + TOGETHER]
            queries = {query for entry in part for query, _ in entry.reads}
            self._send(filter(is_lookup, queries), state)
            for entry in part:
                if await self.finds_the_same(entry.reads, state):
                    entry.state = state
            if state != self._state:
                return

    async def _once(self, query: Query, state: str) -> bytes:
        self._send([query], state)
        found = self._found[query]
        # A client that goes away does not cancel the query of the others.
        return found.result() if found.done() else await asyncio.shield(found)

    def _send(self, queries: Iterable[Query], state: str) -> None:
        if state != self._state:
            self._state, self._found = state, {}
        for query in queries:
            if query not in self._found:
                found = asyncio.ensure_future(self._queries.digest(query))
                found.add_done_callback(_retrieve)
                self._found[query] = found


def _retrieve(found: "asyncio.Future[bytes]") -> None:
    """An error that no request waits for is none to log."""
    if not found.cancelled():
        found.exception()
