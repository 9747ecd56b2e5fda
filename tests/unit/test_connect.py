"""A host that is gone without a word is noticed in time, and the next one is used."""

import asyncio
import dataclasses
import socket
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest
from piccolo.querystring import QueryString

from shop import connect as module
from shop.connect import connect
from shop.database.engine import Database
from shop.errors import OutcomeUnknown, Unavailable
from shop.settings import load_settings
from tests.unit.standby import new_sessions_read_only
from tests.unit.wire import Wire, silent_host, wire_to


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HOST_TIMEOUT", 0.5)
    monkeypatch.setattr(module, "ONLY_HOST_TIMEOUT", 1)
    monkeypatch.setattr(module, "_answered_last", {})


@pytest.fixture
def wire(database_url: str) -> Iterator[Wire]:
    with wire_to(database_url) as wire:
        yield wire


async def test_the_next_host_is_tried_and_remembered(wire: Wire) -> None:
    with silent_host() as silent:
        dsn = wire.dsn(silent)
        connection = await connect(dsn, statement_cache_size=0)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
    assert module._answered_last[dsn].port == wire.port


async def test_without_a_reachable_host_it_fails(wire: Wire) -> None:
    wire.cut()
    with silent_host() as silent, pytest.raises(TimeoutError):
        await connect(wire.dsn(silent))


async def test_a_silent_connection_is_aborted_and_logged(wire: Wire) -> None:
    aborted = asyncio.Event()

    async def note() -> None:
        aborted.set()

    connection = await connect(wire.dsn(), command_timeout=0.5)
    connection.when_silent(note)
    wire.cut()
    with pytest.raises(TimeoutError):
        await connection.fetch("SELECT 1")
    assert aborted.is_set()
    assert connection.is_closed()


async def test_the_kernel_probes_idle_connections(wire: Wire) -> None:
    connection = await connect(wire.dsn())
    try:
        given = connection._transport.get_extra_info("socket")
        assert given.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 5_000
        assert given.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    finally:
        await connection.close()


async def test_a_standby_is_no_host_to_write_to(wire: Wire, database_url: str) -> None:
    async with new_sessions_read_only(database_url):
        with pytest.raises(asyncpg.InternalClientError):
            await connect(wire.dsn())


async def test_the_pool_leaves_a_host_that_has_become_silent(
    wire: Wire, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query and a transaction fail; what comes next goes to the next host."""
    with wire_to(database_url) as successor:
        engine = Database()
        monkeypatch.setattr(engine, "_command_timeout", 0.5)
        dsn = successor.dsn(wire.port)
        settings = dataclasses.replace(load_settings(), database_url=dsn, database_pool=3)
        monkeypatch.setattr("shop.database.engine.load_settings", lambda: settings)
        async with engine.connected():
            await asyncio.gather(*(select_one(engine) for _ in range(3)))
            wire.cut()
            with pytest.raises(Unavailable):
                await select_one(engine)
            assert await select_one(engine) == 1
            async with engine.transaction():
                assert await select_one(engine) == 1


async def test_a_commit_that_is_not_answered_has_an_unknown_outcome(
    wire: Wire, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = Database()
    monkeypatch.setattr(engine, "_command_timeout", 0.5)
    settings = dataclasses.replace(load_settings(), database_url=wire.dsn(), database_pool=1)
    monkeypatch.setattr("shop.database.engine.load_settings", lambda: settings)
    async with engine.connected():
        opened = engine.transaction()
        await opened.__aenter__()
        wire.cut()
        with pytest.raises(OutcomeUnknown):
            await opened.__aexit__(None, None, None)
        with pytest.raises(Unavailable):  # its connection is free again
            await select_one(engine)


async def select_one(engine: Database) -> Any:
    [row] = await engine.run_querystring(QueryString("SELECT 1 AS one"))
    return row["one"]
