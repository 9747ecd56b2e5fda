"""How PostgreSQL runs the statements that the shop sends."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import asyncpg

from shop.database import DB

MODES = ("force_custom_plan", "force_generic_plan")
HANDFUL = {"categories"}
"""Tables that do not grow with the shop."""


class Plan(NamedTuple):
    """A statement, how it was planned, and the tree of what was then done."""

    sql: str
    mode: str
    top: dict[str, Any]

    def faults(self, most: int) -> Iterator[str]:
        """Tables read from end to end, and steps that took more than `most` rows in hand."""
        for node in self._nodes():
            table = node.get("Relation Name", "")
            rows = _looked_at(node)
            if rows > most or (node["Node Type"] == "Seq Scan" and table not in HANDFUL):
                used = " ".join(filter(None, (node["Node Type"], table, node.get("Index Name"))))
                yield f"{self.mode}: {used}, {rows} rows, in {self.sql}"

    def _nodes(self) -> Iterator[dict[str, Any]]:
        rest = [self.top]
        while rest:
            node = rest.pop()
            yield node
            rest += node.get("Plans", [])


def _looked_at(node: dict[str, Any]) -> int:
    """How many rows came out of it, or were thrown away in it. What a sort takes in has come out of
    the step below it, and is counted there."""
    thrown = sum(node[key] for key in node if key.startswith("Rows Removed by"))
    return round((node["Actual Rows"] + thrown) * node["Actual Loops"])


class Watched:
    """Runs what the shop asks of its database; and before that, undone each time, with a plan for
    its arguments and with one for any, to see how it is done."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self.plans: list[Plan] = []
        self._connection = connection
        self._run = DB.run_querystring

    async def run_querystring(self, querystring: Any, in_pool: bool = True) -> Any:
        sql, args = querystring.compile_string()
        for mode in MODES:
            self.plans.append(Plan(sql, mode, await self._explained(sql, args, mode)))
        return await self._run(querystring, in_pool)

    async def _explained(self, sql: str, args: list[Any], mode: str) -> dict[str, Any]:
        undone = self._connection.transaction()
        await undone.start()
        options = "(ANALYZE, TIMING OFF, FORMAT JSON)"
        told = await explained(self._connection, sql, args, mode, options)
        await undone.rollback()
        [plan] = json.loads(told)
        return dict(plan["Plan"])


async def explained(
    connection: asyncpg.Connection, sql: str, args: list[Any], mode: str, options: str = ""
) -> str:
    """What PostgreSQL says of a statement. To be called in a transaction.

    An EXPLAIN with parameters is planned for these, whatever the mode; a prepared statement is not.
    """
    given = f"({', '.join(map(literal, args))})" if args else ""
    await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
    await connection.execute(f"PREPARE asked AS {sql}")
    told = await connection.fetch(f"EXPLAIN {options} EXECUTE asked{given}")
    await connection.execute("DEALLOCATE asked")
    return "\n".join(row[0] for row in told)


def literal(value: Any) -> str:
    """The value as SQL writes it where its type is known."""
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return literal("{" + ",".join(map(_element, value)) + "}")
    return "'" + str(value).replace("'", "''") + "'"


def _element(value: Any) -> str:
    """An element as an array's text has it."""
    return "NULL" if value is None else json.dumps(str(value), ensure_ascii=False)
