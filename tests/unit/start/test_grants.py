"""Points to many by real processes: killed in the middle, confirmed twice, continued by two."""

import asyncio
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from shop.start.embedded import create_database, embedded_database
from tests.unit.start.conftest import TIMEOUT, Process
from tests.unit.start.test_prepare import ask

Start = Callable[..., Process]
AMOUNT = 70
PEOPLE = """
    INSERT INTO users (username, password, active)
    SELECT 'p' || n, 'none', true FROM generate_series(1, {}) n
"""
LAST_BALANCE = """
    INSERT INTO point_balances ("user", balance) SELECT max(id), 0 FROM users
"""
DONE = "SELECT done FROM point_batches"
GRANTED = f"SELECT count(*) FROM point_balances WHERE balance = {AMOUNT}"
ENTRIES = "SELECT count(*) FROM point_entries WHERE reference LIKE 'batch:%'"


@pytest.fixture
def server(data_dir: Path) -> Iterator[dict[str, str]]:
    """The settings of a shop whose database outlives it."""
    with embedded_database(data_dir) as url:
        ask(url, "DROP DATABASE IF EXISTS grants")
        yield {
            "DATABASE_URL": create_database(data_dir, "grants"),
            "SHOP_SECRET": "s" * 32,
            "SHOP_DATA_DIR": str(data_dir),
            "SHOP_PORT": "0",
            "SHOP_DEMO": "on",
        }


def keys_of(page: str) -> dict[str, str]:
    names = ("_csrf_token", "form_key")
    return {name: re.findall(rf'name="{name}" value="([^"]+)"', page)[-1] for name in names}


def confirm_twice(address: str, people: int) -> None:
    """A list for all, checked and confirmed; the last form is sent twice."""
    with httpx.Client(base_url=address, timeout=TIMEOUT) as staff:
        form = {"username": "admin", "password": "admin-demo"}
        assert staff.post("/login", data=form).status_code == 303
        opened = staff.get("/staff/points/grant-many").text
        text = "\n".join(f"p{n},{AMOUNT},holiday" for n in range(1, people + 1))
        files = {"file": ("list.csv", f"username,points,reason\n{text}".encode())}
        drafted = staff.post("/staff/points/grant-many", data=keys_of(opened), files=files)
        assert drafted.status_code == 303, drafted.text
        draft = drafted.headers["location"].partition("?")[0]
        confirm = {**keys_of(staff.get(draft).text), "total": str(AMOUNT * people)}
        for _ in range(2):
            assert staff.post(f"{draft}/confirm", data=confirm).status_code == 303


def wait_until(url: str, reached: int) -> None:
    deadline = time.monotonic() + TIMEOUT
    while ask(url, DONE)[0] < reached:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def go_on_with_two(litestar: Start, server: dict[str, str], people: int) -> None:
    """Two shops at once finish the list; each person has the points once, and the audit agrees."""
    url = server["DATABASE_URL"]
    for shop in [litestar("run", **server) for _ in range(2)]:
        shop.address()
    wait_until(url, people)
    assert ask(url, GRANTED, ENTRIES) == [people, people]
    code, said = litestar("audit", **server).ended()
    assert code == 0, said


@pytest.mark.slow
def test_killed_between_two_steps(litestar: Start, server: dict[str, str]) -> None:
    """The second step waits for a balance that the test has locked."""
    url, people = server["DATABASE_URL"], 300

    async def kill_in_the_middle(shop: Process) -> None:
        connection = await asyncpg.connect(url)
        async with connection.transaction():
            await connection.execute(
                'SELECT FROM point_balances WHERE "user" = (SELECT max(id) FROM users) FOR UPDATE'
            )
            await asyncio.to_thread(confirm_twice, address, people)
            await asyncio.to_thread(wait_until, url, 200)
            shop.kill_family()
            shop.wait()
        await connection.close()

    shop = litestar("run", **server)
    address = shop.address()
    ask(url, PEOPLE.format(people), LAST_BALANCE)
    asyncio.run(kill_in_the_middle(shop))
    assert ask(url, DONE, GRANTED, ENTRIES) == [200, 200, 200]
    go_on_with_two(litestar, server, people)


@pytest.mark.slow
def test_fifty_thousand_killed_in_the_middle(litestar: Start, server: dict[str, str]) -> None:
    url, people = server["DATABASE_URL"], 50_000
    shop = litestar("run", **server)
    address = shop.address()
    ask(url, PEOPLE.format(people))
    confirm_twice(address, people)
    wait_until(url, 10_000)
    shop.kill_family()
    shop.wait()
    [done, entries] = ask(url, DONE, ENTRIES)
    assert done == entries < people
    go_on_with_two(litestar, server, people)
