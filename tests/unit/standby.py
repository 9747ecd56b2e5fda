"""A database that refuses writes, as a standby does."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg


@asynccontextmanager
async def new_sessions_read_only(url: str) -> AsyncIterator[None]:
    """New connections to the test database are read-only inside the block."""
    writable = {"default_transaction_read_only": "off"}
    connection = await asyncpg.connect(url, server_settings=writable)
    name = await connection.fetchval("SELECT quote_ident(current_database())")
    await connection.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    try:
        yield
    finally:
        await connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
        await connection.close()
