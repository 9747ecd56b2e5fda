"""Whether what an answer was read from still reads the same: asked once for all that share it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from shop.errors import ShopError
from shop.reads import Query, Read

Find = Callable[[Query], Awaitable[bytes]]


class Rereading:
    """Sends queries again, each once for a state of the database. `find` sends one, and returns
    the digest of what it found."""

    def __init__(self, find: Find) -> None:
        self._find = find
        self._state: str | None = None
        self._found: dict[Query, asyncio.Future[bytes]] = {}

    async def finds_the_same(self, reads: Sequence[Read], state: str) -> bool:
        """Since `state` was seen. False also where there is nothing to go by, or no answer."""
        try:
            for query, found in reads:
                if await self._once(query, state) != found:
                    return False
        except ShopError:
            return False
        return bool(reads)

    async def _once(self, query: Query, state: str) -> bytes:
        if state != self._state:
            self._state, self._found = state, {}
        found = self._found.get(query)
        if found is None:
            found = self._found[query] = asyncio.ensure_future(self._find(query))
        # Who goes away stops nobody else.
        return found.result() if found.done() else await asyncio.shield(found)
