"""Filled shops pass the audit, before and after a load."""

import asyncio
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import asyncpg
import pytest

from bench.fill import Scale, fill
from bench.pgbench import pgbench
from bench.shop import Shop
from bench.workloads import LIKE, ONE_STATEMENT, ORDER
from shop.start.embedded import attached_database

SCALE = Scale(100)
SHAPE = """
    SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
"""
COUNTS = """
    SELECT (SELECT count(*) FROM products) AS products, (SELECT count(*) FROM users) AS users,
           (SELECT count(*) FROM likes WHERE "user" <= 100) AS likes,
           (SELECT count(*) FROM orders WHERE "user" <= 100) AS orders
"""


class Filled(NamedTuple):
    """A stopped shop with a running database; `shape`: constraints and indexes before the fill."""

    shop: Shop
    url: str
    shape: set[asyncpg.Record]


@pytest.fixture(scope="module")
def filled() -> Iterator[Filled]:
    with tempfile.TemporaryDirectory(prefix="pointmall-") as folder:
        shop = Shop(Path(folder).resolve())
        with attached_database(shop.data_dir) as url:
            shop.litestar("migrate")
            shape = rows(url, SHAPE)
            assert asyncio.run(fill(url, SCALE))
            yield Filled(shop, url, set(shape))


def rows(url: str, query: str) -> list[asyncpg.Record]:
    async def fetch() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(url)
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    return asyncio.run(fetch())


def test_a_filled_shop_has_its_size_and_passes_the_audit(filled: Filled) -> None:
    [found] = rows(filled.url, COUNTS)
    expected = {"products": 102, "users": SCALE.all_users, "likes": 1000, "orders": 500}
    assert dict(found) == expected
    assert "The books are right." in filled.shop.litestar("audit")


def test_indexes_and_constraints_are_restored(filled: Filled) -> None:
    assert set(rows(filled.url, SHAPE)) == filled.shape


def test_a_filled_shop_is_not_filled_again(filled: Filled) -> None:
    assert not asyncio.run(fill(filled.url, SCALE))


@pytest.mark.slow
def test_the_pgbench_scripts_pass_the_audit(filled: Filled) -> None:
    variables = {"first_writer": SCALE.writer(0), "first_product": 1, "last_product": 100}
    for script in (LIKE, ORDER, ONE_STATEMENT):
        load = pgbench(filled.url, [script], variables, clients=4, seconds=1)
        assert load.requests > 0
        assert load.errors == 0
    assert "The books are right." in filled.shop.litestar("audit")
