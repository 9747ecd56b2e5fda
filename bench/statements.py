"""Which statements the shop sends: read from PostgreSQL's own log, for a moment in which it writes
down all of them."""

import asyncio
import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import asyncpg

from bench.shop import Shop

NEWS = 0.3
"""Seconds until every backend has heard of a changed setting."""
ENTRY = re.compile(
    r"^[\d-]+ [\d:.]+ \w+ \[\d+\] (?:LOG|DETAIL): +(statement|execute [^:]*|Parameters): ?",
    re.MULTILINE | re.IGNORECASE,
)
NEXT_LINE = re.compile(r"\n(?!\t).*", re.DOTALL)
PARAMETER = re.compile(r"\$(\d+) = ('(?:[^']|'')*'|NULL)")
BACKGROUND = re.compile("SKIP LOCKED|pg_current_snapshot")
"""What the relay and the guests' pages ask once or twice a second, whatever else happens."""


class Statement(NamedTuple):
    """As it was sent, and the literals of its parameters, `$1` first."""

    sql: str
    parameters: tuple[str, ...] = ()

    @property
    def whole(self) -> str:
        """With its parameters in their places."""
        return re.sub(r"\$(\d+)", lambda found: self.parameters[int(found[1]) - 1], self.sql)


def statements_of(shop: Shop, work: Callable[[], object]) -> list[Statement]:
    """What the shop sends while `work` is done, BEGIN and COMMIT included."""
    _log_everything(shop.database, True)
    start = shop.log.stat().st_size
    work()
    text = shop.log.read_bytes()[start:].decode()
    _log_everything(shop.database, False)
    return [statement for statement in parsed(text) if not BACKGROUND.search(statement.sql)]


def parsed(text: str) -> list[Statement]:
    """The statements in a piece of the log."""
    found: list[Statement] = []
    _, *pieces = ENTRY.split(text)
    for kind, said in zip(pieces[::2], pieces[1::2], strict=True):
        content = NEXT_LINE.sub("", said).replace("\n\t", "\n").strip()
        if kind.lower() != "parameters":
            found.append(Statement(content))
        elif found:
            literals = tuple(literal for _, literal in PARAMETER.findall(content))
            found[-1] = found[-1]._replace(parameters=literals)
    return found


def count_in(script: Path) -> int:
    """How many statements a script of pgbench has."""
    lines = [line for line in script.read_text().splitlines() if not line.startswith(("--", "\\"))]
    return len(re.findall(r";|\\gset", "\n".join(lines)))


def _log_everything(url: str, wanted: bool) -> None:
    asyncio.run(_set(url, "SET log_statement = 'all'" if wanted else "RESET log_statement"))
    time.sleep(NEWS)


async def _set(url: str, change: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute(f"ALTER SYSTEM {change}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
