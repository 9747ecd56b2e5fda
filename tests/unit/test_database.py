"""`transaction()`: what Piccolo's own leaves open, closed."""

import asyncio
import contextvars
import gc
from collections.abc import AsyncIterator, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import asyncpg
import httpx
import pytest
from piccolo.querystring import QueryString

import shop.database.engine
from shop.database import DB, in_one_snapshot, transaction, transactional
from shop.database.engine import Database
from shop.errors import Busy, InvalidInput, Unavailable
from shop.products.tables import Category, Product
from tests.cast import Cast

committed = pytest.mark.committed


@pytest.fixture
async def small(database: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Database]:
    """The same database by a pool of one connection: a leak is the end of it."""
    monkeypatch.setenv("SHOP_DATABASE_POOL", "1")
    monkeypatch.setattr(shop.database.engine, "ACQUIRE_TIMEOUT", 1.0)
    small = Database()
    async with small.connected():
        yield small
        assert small.pool is not None
        small.pool.terminate()  # a leaked connection would be waited for without end


@asynccontextmanager
async def every_connection() -> AsyncIterator[None]:
    """Takes all of the pool's connections."""
    pool = DB.pool
    assert pool is not None
    async with AsyncExitStack() as held:
        for _ in range(pool.get_max_size()):
            await held.enter_async_context(pool.acquire())
        yield


def elsewhere(work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
    """As another request would run it, in no transaction of ours."""
    return asyncio.get_running_loop().create_task(work, context=contextvars.Context())


async def slugs() -> set[str]:
    return {row["slug"] for row in await Category.select(Category.slug)}


async def add(slug: str) -> None:
    await Category.insert(Category(slug=slug, name=slug))


# What a connection goes through


async def a_deferred_failure(db: Database) -> None:
    """COMMIT itself fails, and with it the whole transaction."""
    async with db.transaction() as opened:
        await opened.connection.execute(
            "CREATE TEMP TABLE pairs (id int UNIQUE DEFERRABLE INITIALLY DEFERRED) ON COMMIT DROP;"
            "INSERT INTO pairs VALUES (1), (1)"
        )


async def test_a_failed_commit_gives_its_connection_back(small: Database) -> None:
    for _ in range(3):
        with pytest.raises(asyncpg.UniqueViolationError):
            await a_deferred_failure(small)
        assert small.current_transaction.get() is None
    assert [dict(row) for row in await small._run_in_pool("SELECT 1 AS one")] == [{"one": 1}]


async def test_after_a_failed_commit_a_transaction_works(small: Database) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await a_deferred_failure(small)
    async with small.transaction() as opened:
        assert await opened.connection.fetchval("SELECT 1") == 1


async def test_an_error_in_the_block_gives_the_connection_back(small: Database) -> None:
    for _ in range(3):
        with pytest.raises(RuntimeError):
            async with small.transaction():
                raise RuntimeError
    assert small.pool is not None
    assert small.pool.get_idle_size() == 1


async def test_a_cancelled_request_gives_its_connection_back(small: Database) -> None:
    started = asyncio.Event()

    async def request() -> None:
        async with small.transaction() as opened:
            started.set()
            await opened.connection.execute("SELECT pg_sleep(60)")

    for _ in range(3):
        started.clear()
        running = elsewhere(request())
        await started.wait()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    async with small.transaction() as opened:
        assert await opened.connection.fetchval("SELECT 1") == 1


async def test_a_cancelled_request_leaves_nothing_behind(small: Database) -> None:
    written = asyncio.Event()

    async def request() -> None:
        async with small.transaction() as opened:
            await opened.connection.execute(
                "INSERT INTO categories (slug, name) VALUES ('half', 'half')"
            )
            written.set()
            await asyncio.Event().wait()

    running = elsewhere(request())
    await written.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    [row] = await small._run_in_pool("SELECT count(*) FROM categories WHERE slug = 'half'")
    assert row["count"] == 0


async def test_a_connection_that_died_is_replaced(small: Database) -> None:
    async def request() -> None:
        async with small.transaction() as opened:
            pid = opened.connection.get_server_pid()
            await DB._run_in_pool("SELECT pg_terminate_backend($1)", [pid])
            await small.run_querystring(QueryString("SELECT 1"))

    with pytest.raises(Unavailable):
        await request()
    async with small.transaction() as opened:
        assert await opened.connection.fetchval("SELECT 1") == 1


async def test_a_full_pool_is_waited_for_only_so_long(
    small: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.database.engine, "ACQUIRE_TIMEOUT", 0.05)

    async def enter() -> None:
        async with small.transaction():
            raise AssertionError("there is no second connection")

    async with small.transaction():
        with pytest.raises(Unavailable):
            await elsewhere(enter())
    async with small.transaction():
        pass


@committed
async def test_a_shop_whose_connections_are_all_busy_says_503(
    guest: httpx.AsyncClient, alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.database.engine, "ACQUIRE_TIMEOUT", 0.05)
    async with every_connection():
        for client, url in ((guest, "/api/v1/products"), (alice, "/api/v1/cart"), (guest, "/")):
            answer = await client.get(url)
            assert answer.status_code == 503
            assert int(answer.headers["retry-after"]) > 0
    assert (await guest.get("/api/v1/products")).status_code == 200


# Inside of one another


async def in_one_more(*work: Coroutine[Any, Any, Any]) -> None:
    async with transaction():
        for part in work:
            await part


async def fail_after(work: Coroutine[Any, Any, Any]) -> None:
    async with transaction():
        await work
        raise RuntimeError


async def test_an_inner_transaction_is_undone_alone(cast: Cast) -> None:
    async with transaction():
        await add("outer")
        with pytest.raises(RuntimeError):
            await fail_after(add("inner"))
        await add("after")
    assert {"outer", "after"} <= await slugs()
    assert "inner" not in await slugs()


async def test_an_error_of_the_database_inside_leaves_the_outer_one_usable(cast: Cast) -> None:
    async with transaction():
        await add("outer")
        with pytest.raises(asyncpg.UniqueViolationError):
            async with transaction():
                await add("outer")
        await add("after")
    assert {"outer", "after"} <= await slugs()


async def test_an_outer_transaction_undoes_inner_ones_that_went_well(cast: Cast) -> None:
    with pytest.raises(RuntimeError):
        await fail_after(in_one_more(add("inner")))
    assert "inner" not in await slugs()


async def test_three_deep_the_middle_one_takes_its_inner_along(cast: Cast) -> None:
    async with transaction():
        await add("outer")
        with pytest.raises(RuntimeError):
            await fail_after(in_one_more(add("inner")))
    assert "outer" in await slugs()
    assert "inner" not in await slugs()


# Again, from the start


@committed
async def test_a_serialization_failure_is_tried_again_from_the_start(cast: Cast) -> None:
    await add("counted")
    seen = []

    @transactional
    async def count() -> None:
        await Category.raw("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = await Category.select(Category.position).where(Category.slug == "counted").first()
        seen.append(row["position"])
        if len(seen) == 1:
            await DB._run_in_pool("UPDATE categories SET position = 10 WHERE slug = 'counted'")
        await Category.update({Category.position: Category.position + 1}).where(
            Category.slug == "counted"
        )

    await count()
    row = await Category.select(Category.position).where(Category.slug == "counted").first()
    assert seen == [0, 10]
    assert row["position"] == 11


@committed
async def test_in_one_snapshot_nothing_comes_in_between(cast: Cast) -> None:
    @in_one_snapshot
    async def twice() -> list[set[str]]:
        before = await slugs()
        await elsewhere(add("meanwhile"))
        return [before, await slugs()]

    before, after = await twice()
    assert before == after
    assert await slugs() == {*before, "meanwhile"}


@committed
async def test_a_row_that_was_changed_since_the_snapshot_is_read_again(cast: Cast) -> None:
    tries: list[set[str]] = []
    await add("a")

    async def rename(slug: str) -> None:
        await Category.update({Category.slug: slug}).where(Category.slug == "a")

    @in_one_snapshot
    async def lock() -> None:
        tries.append(await slugs())
        if len(tries) == 1:
            await elsewhere(rename("b"))
        await Category.raw("SELECT FROM categories FOR UPDATE")

    await lock()
    assert [found & {"a", "b"} for found in tries] == [{"a"}, {"b"}]


@committed
async def test_a_deadlock_is_tried_again_from_the_start(cast: Cast) -> None:
    await add("one")
    await add("two")
    both_hold_their_first = asyncio.Barrier(2)
    tries = []

    @transactional
    async def lock(name: str, *order: str) -> None:
        tries.append(name)
        await Category.raw("SET LOCAL deadlock_timeout = '10ms'")
        for number, slug in enumerate(order):
            await Category.update({Category.position: Category.position + 1}).where(
                Category.slug == slug
            )
            if number == 0 and len(tries) <= 2:
                await both_hold_their_first.wait()

    await asyncio.gather(lock("a", "one", "two"), lock("b", "two", "one"))
    assert len(tries) == 3
    positions = await Category.select(Category.position).where(Category.slug.is_in(["one", "two"]))
    assert [row["position"] for row in positions] == [2, 2]


@committed
async def test_a_transaction_that_always_clashes_gets_503(cast: Cast) -> None:
    tries = []

    @transactional
    async def clash() -> None:
        tries.append(1)
        await Category.raw("DO $$ BEGIN RAISE SQLSTATE '40001'; END $$")

    with pytest.raises(Unavailable):
        await clash()
    assert len(tries) == shop.database.TRIES


async def test_an_inner_transaction_is_tried_once(cast: Cast) -> None:
    """Only the outermost transaction can be retried: its earlier statements are rolled back too."""
    tries = []

    @transactional
    async def clash() -> None:
        tries.append(1)
        await Category.raw("DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$")

    with pytest.raises(asyncpg.DeadlockDetectedError):
        await clash()
    assert tries == [1]


@committed
async def test_any_other_error_is_not_tried_again(cast: Cast) -> None:
    tries = []

    @transactional
    async def fail() -> None:
        tries.append(1)
        await add("once")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert tries == [1]
    assert "once" not in await slugs()


# In our words


async def test_a_row_that_stays_locked_is_busy(small: Database) -> None:
    async with small.transaction() as holder:
        await holder.connection.execute("LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE")
        await Category.raw("SET LOCAL lock_timeout = '10ms'")
        with pytest.raises(Busy):
            await in_one_more(Category.raw("SELECT * FROM sessions").run())


async def test_a_query_that_takes_too_long_is_unavailable(cast: Cast) -> None:
    await Category.raw("SET LOCAL statement_timeout = '10ms'")
    with pytest.raises(Unavailable):
        await in_one_more(Category.raw("SELECT pg_sleep(60)").run())


@pytest.mark.parametrize(
    "where",
    [
        Product.name == "\x00",
        Product.name == "\ud800",
        Product.id == 2**63,
        Product.id == -(2**63) - 1,
        Product.price == 10**30,
    ],
)
async def test_a_value_that_no_column_holds_is_invalid(cast: Cast, where: Any) -> None:
    with pytest.raises(InvalidInput):
        async with transaction():
            await Product.select().where(where)
    assert await Product.select() == []


async def test_a_text_that_is_too_long_is_invalid(cast: Cast) -> None:
    with pytest.raises(InvalidInput):
        async with transaction():
            await Category.insert(Category(slug="x" * 61, name="x"))


@committed
async def test_every_connection_has_its_limits(cast: Cast) -> None:
    for name, milliseconds in shop.database.engine.LIMITS.items():
        query = f"SELECT setting::int FROM pg_settings WHERE name = '{name}'"
        [row] = await DB._run_in_pool(query)
        assert row["setting"] == int(milliseconds) > 0


async def test_an_error_of_a_lost_connection_that_no_caller_takes_is_one_line(
    small: Database, caplog: pytest.LogCaptureFixture
) -> None:
    """asyncpg's release goes on after its caller was cancelled."""
    leave_unretrieved(TimeoutError())
    leave_unretrieved(ZeroDivisionError())
    lost, other = (r for r in caplog.records if r.name in {"shop.database", "asyncio"})
    assert "connection-lost" in lost.getMessage()
    assert lost.exc_info is None
    assert "never retrieved" in other.getMessage()
    assert other.exc_info is not None


def leave_unretrieved(error: Exception) -> None:
    future = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    del future
    gc.collect()
