"""Fills an empty shop with products, people, orders, ledgers and likes, such that the books add up.

Products go in by COPY, because their words come from Python; all else is made of them by SQL.
"""

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import asyncpg

from bench import goods
from bench.indexes import without_indexes
from shop.products.terms import findable

SQL = Path(__file__).parent / "sql" / "fill.sql"
WRITERS = 64
"""Users beside the others, with points and no past: the load acts for them."""
POINTS = 1_000_000_000_000
STOCK = 10_000_000
COUNTED = ("categories", "products", "users", "orders", "point_entries")


class Scale(NamedTuple):
    """How much there is of everything, measured by its products (a multiple of 10) and by how many
    of them there are to each user."""

    products: int
    to_each_user: int = 1

    @property
    def users(self) -> int:
        return self.products // self.to_each_user

    @property
    def everybody(self) -> int:
        return self.users + WRITERS

    @property
    def likes(self) -> int:
        return 10 * self.users

    @property
    def orders(self) -> int:
        return 5 * self.users

    def writer(self, number: int) -> int:
        """The id of a user to act for, `number` from 0."""
        return self.users + 1 + number % WRITERS


async def fill(url: str, scale: Scale, *, by_category: bool = False) -> bool:
    """Fills the migrated, empty shop at `url`, all or nothing; False if it is filled already.

    With `by_category` the products of a category are stored side by side, as in a shop that was
    filled one category after the other.
    """
    connection = await asyncpg.connect(url, command_timeout=3600)
    try:
        if await connection.fetchval("SELECT EXISTS (SELECT FROM products)"):
            return False
        await connection.execute(
            "SET synchronous_commit = off; SET maintenance_work_mem = '512MB'; "
            "SET work_mem = '256MB'; SET timezone = 'UTC'"
        )
        async with connection.transaction(), without_indexes(connection):
            await _add_goods(connection, scale)
            await _add_the_rest(connection, scale)
        if by_category:
            await connection.execute("CLUSTER products USING products_of_category")
        await _settle(connection)
    finally:
        await connection.close()
    return True


async def _add_goods(connection: asyncpg.Connection, scale: Scale) -> None:
    await connection.copy_records_to_table(
        "categories",
        records=goods.categories(),
        columns=("id", "slug", "name", "name_en", "position"),
    )
    await connection.copy_records_to_table(
        "products", records=_products(scale), columns=goods.COLUMNS
    )
    if await connection.fetchval(
        "SELECT to_regclass('product_terms') IS NOT NULL"
    ):  # BASE's may not
        await connection.copy_records_to_table(
            "product_terms",
            records=_terms(scale),
            columns=("product", "version", "source", "text", "terms", "words"),
        )
    await connection.execute("ANALYZE products")


def _products(scale: Scale) -> Iterator[tuple[Any, ...]]:
    return (goods.product(number) for number in range(1, scale.products + 1))


def _terms(scale: Scale) -> Iterator[tuple[Any, ...]]:
    """What the products are found by, worked out by the shop's own function."""
    for number, _, *texts, _ in _products(scale):
        yield number, *findable(*texts)


async def _add_the_rest(connection: asyncpg.Connection, scale: Scale) -> None:
    script = Template(SQL.read_text()).substitute(
        products=scale.products,
        users=scale.users,
        everybody=scale.everybody,
        orders=scale.orders,
        points=POINTS,
        stock=STOCK,
    )
    await connection.execute(script)


async def _settle(connection: asyncpg.Connection) -> None:
    """New rows are numbered after those that are there; nothing is left to do in the background."""
    for table in COUNTED:
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
        )
    await connection.execute("VACUUM (FREEZE, ANALYZE)")
    await connection.execute("CHECKPOINT")
