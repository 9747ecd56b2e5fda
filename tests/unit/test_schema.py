"""The migrated schema is the declared one, and its indexes serve every list."""

import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from piccolo.apps.migrations.commands.new import AutoMigrationManager
from piccolo.table import sort_table_classes

from shop.database import DB
from shop.piccolo_app import APP_CONFIG, INDEXES
from shop.start.embedded import create_database
from tests.cast import make_product
from tests.unit.buying import bought
from tests.unit.conftest import DATA_DIR
from tests.unit.proofs.plans import explained

COLUMNS = """
    SELECT table_name, column_name, data_type, udt_name, character_maximum_length,
           is_nullable, column_default
    FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name <> 'migration' ORDER BY 1, 2
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text AS "table", conname, contype::text,
           pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
      AND conrelid::regclass::text <> 'migration' ORDER BY 1, 2
"""
INDEX_DEFINITIONS = """
    SELECT tablename, indexname, indexdef FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'migration' ORDER BY 1, 2
"""
TRIGGERS = "SELECT pg_get_triggerdef(oid) AS definition FROM pg_trigger WHERE NOT tgisinternal"
FOREIGN_KEYS = """
    SELECT c.conrelid::regclass::text AS "table", a.attname AS "column",
           c.confdeltype::text AS on_delete,
           EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.conrelid
                   AND i.indkey[0] = c.conkey[1] AND i.indpred IS NULL) AS indexed
    FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
    WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
"""


@pytest.fixture(scope="module")
def declared_url(database_url: str) -> str:
    return create_database(DATA_DIR, "declared")


@pytest.fixture
async def declared(declared_url: str) -> AsyncIterator[Any]:
    """A database with the tables as they are declared, made without a migration."""
    connection = await asyncpg.connect(declared_url)
    outermost = connection.transaction()
    await outermost.start()
    for table in sort_table_classes(list(APP_CONFIG.table_classes)):
        for ddl in table.create_table().ddl:
            await connection.execute(ddl)
    for statement in INDEXES:
        await connection.execute(statement)
    yield connection
    await outermost.rollback()
    await connection.close()


@pytest.mark.parametrize("query", [COLUMNS, CONSTRAINTS, INDEX_DEFINITIONS])
async def test_the_migrated_schema_is_the_declared_one(declared: Any, query: str) -> None:
    migrated = [dict(row) for row in await DB._run_in_pool(query)]
    assert migrated
    assert migrated == [dict(row) for row in await declared.fetch(query)]


async def test_make_migration_finds_nothing_to_write() -> None:
    changes = await AutoMigrationManager().get_alter_statements(APP_CONFIG)
    assert [line for change in changes for line in change.statements] == []


async def test_the_only_trigger_guards_the_log_of_staff(declared: Any) -> None:
    migrated = [row["definition"] for row in await DB._run_in_pool(TRIGGERS)]
    assert migrated == [row["definition"] for row in await declared.fetch(TRIGGERS)]
    assert len(migrated) == 1
    assert "BEFORE DELETE OR UPDATE ON public.staff_actions" in migrated[0]


async def test_every_table_is_migrated() -> None:
    rows = await DB._run_in_pool("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    declared = {table._meta.tablename for table in APP_CONFIG.table_classes}
    assert {row["tablename"] for row in rows} == declared | {"migration"}


async def test_no_referenced_row_can_be_deleted() -> None:
    keys = await DB._run_in_pool(FOREIGN_KEYS)
    assert len(keys) >= 10
    assert [tuple(key) for key in keys if key["on_delete"] != "r"] == []


async def test_every_foreign_key_has_an_index() -> None:
    keys = await DB._run_in_pool(FOREIGN_KEYS)
    assert [(key["table"], key["column"]) for key in keys if not key["indexed"]] == []


async def test_no_text_sorts_by_the_locale_of_the_machine() -> None:
    [row] = await DB._run_in_pool(
        "SELECT datlocprovider::text AS provider, datlocale FROM pg_database "
        "WHERE datname = current_database()"
    )
    assert (row["provider"], row["datlocale"]) == ("b", "C.UTF-8")


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/products",
        "/api/v1/products?sort=price_asc",
        "/api/v1/products?sort=price_desc",
        "/api/v1/products?sort=likes",
        "/api/v1/likes",
        "/api/v1/orders",
        "/api/v1/points/entries",
    ],
)
async def test_no_list_is_sorted_by_hand(
    alice: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """Each page comes out of an index in its order, the first one and those behind a cursor."""
    for _ in range(2):
        product = await make_product(price=1)
        await alice.post(f"/api/v1/products/{product}/likes")
        await bought(alice, (product, 1))
    asked: list[tuple[str, list[Any]]] = []
    real = DB.run_querystring

    async def run_querystring(querystring: Any, in_pool: bool = True) -> Any:
        asked.append(querystring.compile_string())
        return await real(querystring, in_pool)

    monkeypatch.setattr(DB, "run_querystring", run_querystring)
    first = (await alice.get(url, params={"limit": 1})).json()
    await alice.get(url, params={"limit": 1, "cursor": first["next_cursor"]})
    monkeypatch.undo()
    lists = [
        (sql, arguments)
        for sql, arguments in asked
        if re.search(r"ORDER BY.*LIMIT", sql, re.DOTALL) and "FROM users u" not in sql
    ]
    assert len(lists) == 2
    opened = DB.current_transaction.get()
    assert opened is not None
    for method in ("seqscan", "hashjoin", "mergejoin", "bitmapscan", "sort"):
        await opened.connection.execute(f"SET LOCAL enable_{method} = off")
    for sql, args in lists:
        text = await explained(opened.connection, sql, args, "force_custom_plan")
        # The few lines of one order may be sorted: those are in a subplan.
        assert "Sort" not in text.partition("SubPlan")[0], text
