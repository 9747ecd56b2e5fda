"""Tables and demo: made once, however many do it at once."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from shop.start.embedded import create_database, embedded_database
from shop.start.migrate import TOO_OLD
from shop.versions import known_migrations
from tests.unit.start.conftest import Process

Start = Callable[..., Process]


def ask(url: str, *questions: str) -> list[Any]:
    async def answers() -> list[Any]:
        connection = await asyncpg.connect(url)
        try:
            return [await connection.fetchval(question) for question in questions]
        finally:
            await connection.close()

    return asyncio.run(answers())


@pytest.fixture
def empty(data_dir: Path) -> Iterator[dict[str, str]]:
    """The settings of a shop with an empty database on a server of its own."""
    with embedded_database(data_dir) as url:
        ask(url, "DROP DATABASE IF EXISTS empty")
        yield {
            "DATABASE_URL": create_database(data_dir, "empty"),
            "SHOP_SECRET": "s" * 32,
            "SHOP_DATA_DIR": str(data_dir),
        }


def test_tables_are_made_once_by_several_at_once(litestar: Start, empty: dict[str, str]) -> None:
    said = [process.ended() for process in [litestar("migrate", **empty) for _ in range(3)]]
    assert sorted(said) == [
        (0, "Nothing to do.\n"),
        (0, "Nothing to do.\n"),
        (0, "The tables were brought up to date.\n"),
    ]
    [count] = ask(empty["DATABASE_URL"], "SELECT count(*) FROM migration")
    assert count == len(known_migrations())


def test_the_demo_is_made_once_by_several_at_once(litestar: Start, empty: dict[str, str]) -> None:
    said = [process.ended() for process in [litestar("demo", **empty) for _ in range(3)]]
    assert sorted(said) == [
        (0, "The demo is in the shop.\n"),
        (0, "The shop is not empty: left alone.\n"),
        (0, "The shop is not empty: left alone.\n"),
    ]
    users, categories, products, explained, counted, next_user = ask(
        empty["DATABASE_URL"],
        "SELECT string_agg(username, ' ' ORDER BY id) FROM users",
        "SELECT count(*) FROM categories",
        "SELECT count(*) FROM products JOIN stocks ON stocks.product = products.id"
        " JOIN like_counters ON like_counters.product = products.id",
        "SELECT bool_and(balance = coalesce((SELECT sum(amount) FROM point_entries AS e"
        ' WHERE e."user" = b."user"), 0)) FROM point_balances AS b',
        "SELECT bool_and(quantity = coalesce((SELECT sum(amount) FROM stock_entries AS e"
        " WHERE e.product = s.product), 0)) FROM stocks AS s",
        "SELECT nextval(pg_get_serial_sequence('users', 'id'))",
    )
    assert users == "alice bob admin"
    assert categories == 8
    assert products >= 60
    assert explained
    assert counted
    assert next_user == 4


def test_a_failed_migration_is_reported_without_a_traceback(
    litestar: Start, empty: dict[str, str]
) -> None:
    ask(empty["DATABASE_URL"], "CREATE TABLE users (id int)")
    code, said = litestar("migrate", **empty).ended()
    assert code == 1
    assert said == 'A migration failed: relation "users" already exists\n'


@pytest.mark.parametrize("command", ["migrate", "run", "audit"])
def test_a_database_of_an_unreleased_version_is_refused(
    litestar: Start, empty: dict[str, str], command: str
) -> None:
    ask(
        empty["DATABASE_URL"],
        "CREATE TABLE migration (id serial, name text, app_name text, ran_on timestamp)",
        "INSERT INTO migration (name, app_name) VALUES ('2026-11-22T16:23:33:218160', 'shop')",
    )
    code, output = litestar(command, SHOP_PORT="0", **empty).ended()
    assert code == 1
    assert output == f"{TOO_OLD}\n"


@pytest.mark.parametrize("command", ["migrate", "audit"])
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "EUC_KR"])
def test_a_database_in_another_encoding_is_refused(
    litestar: Start, empty: dict[str, str], command: str, encoding: str
) -> None:
    url = empty["DATABASE_URL"]
    ask(
        url.replace("/empty?", "/postgres?"),
        "DROP DATABASE IF EXISTS empty",
        f"CREATE DATABASE empty TEMPLATE template0 ENCODING {encoding} LOCALE 'C'",
    )
    code, said = litestar(command, **empty).ended()
    assert code == 1
    assert said.startswith(f"The database has the encoding {encoding}, the shop needs UTF8")
    assert len(said.splitlines()) == 1
    assert ask(url, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [0]


def test_an_unreachable_database_is_reported(litestar: Start, empty: dict[str, str]) -> None:
    nowhere = empty | {"DATABASE_URL": "postgresql://shop:hunter2@127.0.0.1:1/shop"}
    code, said = litestar("run", SHOP_PORT="0", **nowhere).ended()
    assert code == 1
    assert said.startswith("The database does not answer: ")
    assert len(said.splitlines()) == 1
    assert "hunter2" not in said
