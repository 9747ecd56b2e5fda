"""Bulk loading without indexes and foreign keys, which are built afterwards."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

# Statements that drop and restore each; foreign keys are restored last, as they use unique indexes.
CONSTRAINTS = """
    SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
           format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid)) AS restore
    FROM pg_constraint
    WHERE contype = $1 AND connamespace = 'public'::regnamespace AND conparentid = 0
"""
INDEXES = """
    SELECT format('DROP INDEX %s', indexrelid::regclass) AS drop,
           pg_get_indexdef(indexrelid) AS restore
    FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE relnamespace = 'public'::regnamespace
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


@asynccontextmanager
async def without_indexes(connection: asyncpg.Connection) -> AsyncIterator[None]:
    """Drops all but primary keys and checks for the block. Foreign keys are checked at its end."""
    found = [
        *await connection.fetch(CONSTRAINTS, b"f"),
        *await connection.fetch(CONSTRAINTS, b"u"),
        *await connection.fetch(INDEXES),
    ]
    for row in found:
        await connection.execute(row["drop"])
    yield
    for row in reversed(found):
        await connection.execute(row["restore"])
