"""Older and newer versions of the shop on one database: an older one works on, or is refused.

A migration whose tables older versions would use wrongly says BREAKS_OLDER_NODES = True. Before it
is applied its name is announced in Piccolo's table of migrations, under an app of its own.
"""

import functools
import re
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import asyncpg

from shop.errors import Unavailable
from shop.logs import get_logger

log = get_logger("shop.versions")

MIGRATIONS = Path(__file__).parents[1] / "migrations"
BREAKS_OLDER = "shop: breaks older nodes"
"""The app under whose name migrations are announced."""
FRESH = 1.0
"""Seconds after which a process asks again whether it may use the database."""
ANNOUNCED = f"SELECT name FROM migration WHERE app_name = '{BREAKS_OLDER}'"  # noqa: S608 - ours
REFUSED = (
    "A newer version has migrated this database ({}), and this one can no longer use it: upgrade "
    "this node, or stop it."
)


@functools.cache
def known_migrations() -> frozenset[str]:
    """The IDs of the migrations in the folder, read without running them."""
    texts = (path.read_text() for path in MIGRATIONS.glob("*.py"))
    return frozenset(re.findall(r'^ID = "(.+)"$', "\n".join(texts), re.MULTILINE))


def refusal(announced: Iterable[str]) -> str | None:
    """Why this version may not use a database in which these migrations were announced."""
    unknown = sorted(set(announced) - known_migrations())
    return REFUSED.format(unknown[-1]) if unknown else None


class VersionCheck:
    """Raises Unavailable once a newer version has announced a migration that breaks this one.

    Asks on the caller's own connection, at most every FRESH seconds: nothing that begins FRESH
    seconds after the announcement uses the database.
    """

    def __init__(self) -> None:
        self._asked_at: float | None = None
        self._refusal: str | None = None

    async def __call__(self, connection: Any) -> None:
        now = time.monotonic()
        if self._asked_at is None or now - self._asked_at >= FRESH:
            await self._ask(connection)
            self._asked_at = now
        if self._refusal:
            raise Unavailable(self._refusal)

    async def _ask(self, connection: Any) -> None:
        try:
            rows = await connection.fetch(ANNOUNCED)
        except asyncpg.UndefinedTableError:  # an empty database
            rows = []
        before, self._refusal = self._refusal, refusal(row["name"] for row in rows)
        if self._refusal and not before:
            log.error("newer-version", reason=self._refusal)
