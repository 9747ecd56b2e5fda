"""Fills an empty shop with products, users, orders, ledgers and likes that pass the audit.

Products are copied from Python (`bench.catalogue`); everything else is derived from them in SQL.
"""

from collections.abc import Iterator
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

import asyncpg

from bench import catalogue
from bench.indexes import without_indexes
from shop.products.terms import findable

SQL = Path(__file__).parent / "sql" / "fill.sql"
WRITERS = 64
"""Additional users with points but without orders; the benchmark's writes are theirs."""
POINTS = 1_000_000_000_000
STOCK = 10_000_000
CODES = 100_000
"""Of the last product."""
WITH_SEQUENCE = ("categories", "products", "users", "orders", "point_entries")


class Scale(NamedTuple):
    """The size of a shop. `products` is a multiple of 10; after them come one that is sent by
    parcel, and one that is codes, with a limit for each person."""

    products: int
    products_per_user: int = 1
    users_per_product: int = 1
    orders_per_user: int = 5

    @property
    def users(self) -> int:
        return self.products * self.users_per_product // self.products_per_user

    @property
    def all_users(self) -> int:
        return self.users + WRITERS

    @property
    def likes(self) -> int:
        return 10 * self.users

    @property
    def orders(self) -> int:
        return self.orders_per_user * self.users

    def writer(self, number: int) -> int:
        """The id of a user for writes, `number` from 0."""
        return self.users + 1 + number % WRITERS


async def fill(url: str, scale: Scale, *, by_category: bool = False) -> bool:
    """Fills the migrated, empty database at `url` in one transaction; False if it has products.

    With `by_category`, products of a category are stored next to each other, as in a shop whose
    categories were entered one after the other.
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
            await _add_products(connection, scale)
            await _add_the_rest(connection, scale)
        if by_category:
            await connection.execute("CLUSTER products USING products_of_category")
        await _finish(connection)
    finally:
        await connection.close()
    return True


async def _add_products(connection: asyncpg.Connection, scale: Scale) -> None:
    await connection.copy_records_to_table(
        "categories",
        records=catalogue.categories(),
        columns=("id", "slug", "name", "name_en", "position"),
    )
    await connection.copy_records_to_table(
        "products", records=_products(scale), columns=catalogue.COLUMNS
    )
    await connection.copy_records_to_table(
        "product_terms",
        records=_terms(scale),
        columns=("product", "version", "source", "text", "terms", "words"),
    )
    await connection.execute("ANALYZE products")


def _products(scale: Scale) -> Iterator[tuple[Any, ...]]:
    return (catalogue.product(number) for number in range(1, scale.products + 3))


def _terms(scale: Scale) -> Iterator[tuple[Any, ...]]:
    """Search terms, from the shop's own function."""
    for number, _, *texts, _ in _products(scale):
        yield number, *findable(*texts)


async def _add_the_rest(connection: asyncpg.Connection, scale: Scale) -> None:
    script = Template(SQL.read_text()).substitute(
        products=scale.products,
        users=scale.users,
        all_users=scale.all_users,
        orders=scale.orders,
        points=POINTS,
        stock=STOCK,
        codes=CODES,
    )
    await connection.execute(script)


async def _finish(connection: asyncpg.Connection) -> None:
    """Advances the sequences, and leaves no background work to PostgreSQL."""
    for table in WITH_SEQUENCE:
        await connection.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}"
        )
    await connection.execute("VACUUM (FREEZE, ANALYZE)")
    await connection.execute("CHECKPOINT")
