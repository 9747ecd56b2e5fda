"""Execution plans of the application's statements."""

import json
from collections.abc import Iterator
from typing import Any, NamedTuple

import asyncpg

from shop.database import DB
from shop.products.facets import FACETS

MODES = ("force_custom_plan", "force_generic_plan")
SMALL_TABLES = {
    *(facet.tablename for facet in FACETS),
    *("staff_rights", "synonym_groups", "week_bests"),
}
"""Tables that may be scanned, because they do not grow with products and users."""


class Plan(NamedTuple):
    """A statement, its plan mode, and the executed plan tree."""

    sql: str
    mode: str
    top: dict[str, Any]

    def faults(self, most: int, most_scanned: int = -1) -> Iterator[str]:
        """Sequential scans of more than `most_scanned` rows, and nodes that processed more than
        `most` rows."""
        for node in self._nodes():
            table = node.get("Relation Name", "")
            rows = _rows_processed(node)
            may_scan = table in SMALL_TABLES or rows <= most_scanned
            if rows > most or (node["Node Type"] == "Seq Scan" and not may_scan):
                used = " ".join(filter(None, (node["Node Type"], table, node.get("Index Name"))))
                yield f"{self.mode}: {used}, {rows} rows, in {self.sql}"

    def _nodes(self) -> Iterator[dict[str, Any]]:
        rest = [self.top]
        while rest:
            node = rest.pop()
            yield node
            rest += node.get("Plans", [])


def scanned_for_each_row(top: dict[str, Any]) -> list[str]:
    """Tables that a plan reads whole in a subquery which runs once for each row outside."""
    found, all_names = [], json.dumps(top)
    rest = [(top, False)]
    while rest:
        node, repeated = rest.pop()
        name = node.get("Subplan Name", "")
        repeated |= name.startswith("SubPlan") and f"hashed {name}" not in all_names
        if repeated and node["Node Type"] == "Seq Scan":
            found.append(node["Relation Name"])
        rest += [(child, repeated) for child in node.get("Plans", [])]
    return found


def _rows_processed(node: dict[str, Any]) -> int:
    """Rows that a node returned or removed. The input of a sort is counted at its child."""
    removed = sum(node[key] for key in node if key.startswith("Rows Removed by"))
    return round((node["Actual Rows"] + removed) * node["Actual Loops"])


class PlanRecorder:
    """Runs each statement, after explaining it with a custom and a generic plan, rolled back."""

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
        rolled_back = self._connection.transaction()
        await rolled_back.start()
        options = "(ANALYZE, TIMING OFF, FORMAT JSON)"
        rows = await explained(self._connection, sql, args, mode, options)
        await rolled_back.rollback()
        [plan] = json.loads(rows)
        return dict(plan["Plan"])


async def explained(
    connection: asyncpg.Connection, sql: str, args: list[Any], mode: str, options: str = ""
) -> str:
    """The output of EXPLAIN for a prepared statement. Must be called in a transaction.

    Only prepared statements follow `plan_cache_mode`; EXPLAIN with parameters ignores it.
    """
    given = f"({', '.join(map(literal, args))})" if args else ""
    await connection.execute(f"SET LOCAL plan_cache_mode = {mode}")
    await connection.execute(f"PREPARE asked AS {sql}")
    rows = await connection.fetch(f"EXPLAIN {options} EXECUTE asked{given}")
    await connection.execute("DEALLOCATE asked")
    return "\n".join(row[0] for row in rows)


def literal(value: Any) -> str:
    """An SQL literal without a type."""
    if value is None:
        return "NULL"
    if isinstance(value, list):
        return literal("{" + ",".join(map(_element, value)) + "}")
    return "'" + str(value).replace("'", "''") + "'"


def _element(value: Any) -> str:
    """An element of an array literal."""
    return "NULL" if value is None else json.dumps(str(value), ensure_ascii=False)
