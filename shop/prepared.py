"""Piccolo queries compiled to SQL once, instead of at every call.

Piccolo takes about as long to compile a query as PostgreSQL takes to run it, and its own `freeze()`
has no parameters.
"""

import inspect
from collections.abc import Awaitable, Callable
from functools import cache, wraps
from typing import Any, ParamSpec

from piccolo.query.base import Query
from piccolo.querystring import QueryString

from shop.database import DB

P = ParamSpec("P")
Row = dict[str, Any]

CONSTANTS = (str, bool, int, float, type(None))


class Parameter(int):
    """Placeholder for the n-th argument. An int, because Piccolo adds only numbers."""


class Compiled(QueryString):
    """Finished SQL with its arguments."""

    def __init__(self, sql: str, args: list[Any]) -> None:
        super().__init__("")
        self._sql = sql
        self._frozen_compiled_strings = (sql, args)

    def __str__(self) -> str:
        return self._sql


def compile_once(build: Callable[P, Query[Any, Any]]) -> Callable[P, Awaitable[list[Row]]]:
    """A function of the same arguments, by position, that runs the query and returns its rows.

    `build` is called once, with a placeholder for each argument: it may put them into the query,
    but not look at them. A value that it computes, such as the time, would never change: TypeError.
    """
    compiled = cache(lambda: _compiled(build))

    @wraps(build)
    async def run(*args: P.args, **_: P.kwargs) -> list[Row]:
        sql, places = compiled()
        values = [args[place] if type(place) is Parameter else place for place in places]
        return [dict(row) for row in await DB.run_querystring(Compiled(sql, values))]

    return run


def _compiled(build: Callable[..., Query[Any, Any]]) -> tuple[str, list[Any]]:
    parameters = [Parameter(place) for place in range(len(inspect.signature(build).parameters))]
    [querystring] = build(*parameters).querystrings
    sql, places = querystring.compile_string()
    used = {int(place) for place in places if type(place) is Parameter}
    if used != {*range(len(parameters))} or not all(isinstance(p, CONSTANTS) for p in places):
        raise TypeError(f"{build.__qualname__} cannot be compiled once: {sql} {places}")
    return sql, places
