"""Captures the statements that the shop sends, with PostgreSQL's log_statement."""

import asyncio
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import asyncpg

from bench.shop import Shop

RELOAD_DELAY = 0.3
"""Seconds until every backend has reloaded its configuration."""
ENTRY = re.compile(
    r"^[\d-]+ [\d:.]+ \w+ \[\d+\] (?:LOG|DETAIL): +(statement|execute [^:]*|Parameters): ?",
    re.MULTILINE | re.IGNORECASE,
)
NEXT_LINE = re.compile(r"\n(?!\t).*", re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = ('(?:[^']|'')*'|NULL)")
BACKGROUND = re.compile("SKIP LOCKED|pg_current_snapshot")
"""Queries of background tasks: the outbox relay and the page cache's snapshot."""


class Statement(NamedTuple):
    """A statement and the literals of its parameters, `$1` first."""

    sql: str
    parameters: tuple[str, ...] = ()

    @property
    def inlined(self) -> str:
        """The statement with its parameters inserted."""
        return re.sub(r"\$(\d+)", lambda found: self.parameters[int(found[1]) - 1], self.sql)


def capture_statements(shop: Shop, work: Callable[[], object]) -> list[Statement]:
    """The statements that the shop sends during `work`, including BEGIN and COMMIT."""
    _log_all(shop.database, True)
    start = shop.log.stat().st_size
    work()
    text = shop.log.read_bytes()[start:].decode()
    _log_all(shop.database, False)
    return [statement for statement in parse_log(text) if not BACKGROUND.search(statement.sql)]


def parse_log(excerpt: str) -> list[Statement]:
    """The statements in an excerpt of the log."""
    found: list[Statement] = []
    _, *pieces = ENTRY.split(excerpt)
    for kind, text in zip(pieces[::2], pieces[1::2], strict=True):
        content = NEXT_LINE.sub("", text).replace("\n\t", "\n").strip()
        if kind.lower() != "parameters":
            found.append(Statement(content))
        elif found:
            literals = tuple(literal for _, literal in PARAMETER.findall(content))
            found[-1] = found[-1]._replace(parameters=literals)
    return found


def count_statements(script: Path) -> int:
    """The number of statements in a pgbench script."""
    lines = [line for line in script.read_text().splitlines() if not line.startswith(("--", "\\"))]
    return len(re.findall(r";|\\gset", "\n".join(lines)))


def _log_all(url: str, enabled: bool) -> None:
    asyncio.run(
        _alter_system(url, "SET log_statement = 'all'" if enabled else "RESET log_statement")
    )
    time.sleep(RELOAD_DELAY)


async def _alter_system(url: str, change: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f"ALTER SYSTEM {change}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
