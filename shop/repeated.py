"""Recorded queries, sent again: those that differ only in whole numbers share one statement.

While orders are placed, each cached product page asks for its product again. A thousand such pages
are then a few statements and not a thousand.
"""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Hashable, Sequence
from typing import Any

from shop.batches import Batches
from shop.query_log import Query, digest

Fetch = Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Runs a query outside any transaction, and returns its rows."""


class RepeatedQueries:
    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._lookups: Batches[Query, bytes] = Batches(self.digests)

    async def digest(self, query: Query) -> bytes:
        """The digest of what `query` finds now. Raises what `fetch` raises, and Overloaded."""
        if is_lookup(query):
            return await self._lookups.submit(query)
        return digest(await self._fetch(*query))

    async def digests(self, queries: Sequence[Query]) -> list[bytes]:
        """Of many queries, in their order. Raises what `fetch` raises."""
        groups: dict[Hashable, dict[Query, None]] = defaultdict(dict)
        for query in queries:
            groups[query.sql if is_lookup(query) else query][query] = None
        found: dict[Query, bytes] = {}
        for group in groups.values():
            found |= await self._digests_of_group(list(group))
        return [found[query] for query in queries]

    async def _digests_of_group(self, queries: list[Query]) -> dict[Query, bytes]:
        """Of queries that have the same SQL."""
        if len(queries) == 1:
            return {queries[0]: digest(await self._fetch(*queries[0]))}
        rows: list[list[tuple[Any, ...]]] = [[] for _ in queries]
        arguments = [
            list(column) for column in zip(*(query.args for query in queries), strict=True)
        ]
        for number, *row in await self._fetch(_for_many(queries[0].sql, len(arguments)), arguments):
            rows[number - 1].append(tuple(row))
        return {query: digest(found) for query, found in zip(queries, rows, strict=True)}


def is_lookup(query: Query) -> bool:
    """Whether the query can share a statement: all its arguments are whole numbers."""
    return bool(query.args) and all(type(arg) is int for arg in query.args)


def _for_many(sql: str, parameters: int) -> str:
    """`sql` for many sets of arguments, given as an array for each parameter. Each row begins with
    the number of its set, from 1."""
    arrays = ", ".join(f"${n}::bigint[]" for n in range(1, parameters + 1))
    names = ", ".join(f"_{n}" for n in range(1, parameters + 1))
    one = re.sub(r"\$(\d+)", r"args._\1", sql)
    sets = f"unnest({arrays}) WITH ORDINALITY AS args({names}, number)"
    # S608: nothing but the shop's own SQL is recorded.
    return f"SELECT args.number, found.* FROM {sets}, LATERAL ({one}) AS found"  # noqa: S608
