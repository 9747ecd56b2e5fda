"""`litestar staff`: the first superuser of a real shop, as a real process and at a terminal."""

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from shop.start.embedded import create_database, embedded_database
from tests.unit.start.conftest import ROOT, TIMEOUT, Process, environ
from tests.unit.start.test_prepare import ask

Start = Callable[..., Process]
PASSWORD = "tin-violin-harbour-9"


@pytest.fixture
def server(data_dir: Path) -> Iterator[dict[str, str]]:
    """The settings of a real shop, with an empty database on a server of its own."""
    with embedded_database(data_dir) as url:
        ask(url, "DROP DATABASE IF EXISTS empty")
        yield {
            "DATABASE_URL": create_database(data_dir, "empty"),
            "SHOP_SECRET": "s" * 32,
            "SHOP_DATA_DIR": str(data_dir),
        }


def at_terminal(settings: dict[str, str], answers: list[str], *command: str) -> tuple[int, str]:
    """Runs `litestar staff …` in a terminal; each prompt gets the next of `answers`."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "litestar", "staff", *command],
        cwd=ROOT,
        env=environ(**settings),
        start_new_session=True,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    said, waiting, deadline = "", list(answers), time.monotonic() + TIMEOUT
    while time.monotonic() < deadline and (heard := _heard(ours)) is not None:
        said += heard
        if waiting and heard and said.endswith(": "):
            os.write(ours, f"{waiting.pop(0)}\n".encode())
    os.close(ours)
    return process.wait(TIMEOUT), said


def _heard(terminal: int) -> str | None:
    """The output since the last call; None at the end."""
    if not select.select([terminal], [], [], 1)[0]:
        return ""
    try:
        return os.read(terminal, 10_000).decode() or None
    except OSError:  # the other side is closed
        return None


def rights(server: dict[str, str]) -> str:
    """The name, `active`, `admin` and `superuser` of each user."""
    row = "username || ' ' || active || ' ' || admin || ' ' || superuser"
    [found] = ask(server["DATABASE_URL"], f"SELECT string_agg({row}, ', ' ORDER BY id) FROM users")
    return str(found)


def printed_password(said: str) -> str:
    found = re.search(r"^Password, shown once: (\S+)$", said, re.MULTILINE)
    assert found, said
    return found[1]


def signs_in(address: str, username: str, password: str) -> bool:
    form = {"username": username, "password": password}
    with httpx.Client(base_url=address, timeout=TIMEOUT) as browser:
        answer = browser.post("/login", data=form)
        return answer.status_code == 303 and browser.get("/admin/").status_code == 200


@pytest.mark.parametrize("options", [[], ["--generate"]])
def test_a_password_is_generated_without_a_terminal(
    litestar: Start, server: dict[str, str], options: list[str]
) -> None:
    code, said = litestar("staff", "add", "Carol", *options, **server).ended()
    assert code == 0, said
    assert "carol is a superuser now." in said
    assert "event='rights-changed' actor='command line' user='carol'" in said
    assert rights(server) == "carol true true true"
    shop = litestar("run", SHOP_PORT="0", **server)
    assert signs_in(shop.address(), "carol", printed_password(said))
    [balance] = ask(server["DATABASE_URL"], "SELECT balance FROM point_balances")
    assert balance == 0


def test_beside_a_shop_that_runs_embedded(litestar: Start, folder: Path) -> None:
    settings = {"SHOP_DATA_DIR": str(folder / "data"), "SHOP_DEMO": "off"}
    code, said = litestar("staff", "add", "carol", **settings).ended()
    assert code == 0, said
    shop = litestar("run", SHOP_PORT="0", **settings)
    address = shop.address()
    assert signs_in(address, "carol", printed_password(said))
    code, said = litestar("staff", "add", "dave", **settings).ended()
    assert code == 0, said
    assert signs_in(address, "dave", printed_password(said))
    code, said = litestar("staff", "list", **settings).ended()
    assert [line.split()[:2] for line in said.splitlines()] == [
        ["carol", "superuser,"],
        ["dave", "superuser,"],
    ]


def test_at_a_terminal_the_password_is_prompted_twice_without_echo(
    server: dict[str, str], litestar: Start
) -> None:
    code, said = at_terminal(server, [PASSWORD, PASSWORD], "add", "carol")
    assert code == 0, said
    assert PASSWORD not in said
    shop = litestar("run", SHOP_PORT="0", **server)
    assert signs_in(shop.address(), "carol", PASSWORD)


def test_two_different_passwords_are_prompted_again(server: dict[str, str]) -> None:
    answers = [PASSWORD, "another-one-9!", PASSWORD, PASSWORD]
    code, said = at_terminal(server, answers, "add", "carol")
    assert code == 0, said
    assert "do not match" in said


@pytest.mark.parametrize(
    ("name", "password", "reason"),
    [
        ("carol", "short", "Use 8 to 128 characters."),
        ("carol", "admin-demo", "This password is known to everybody."),
        ("carol", "password1", "This password is easy to guess."),
        ("c", PASSWORD, "Use 3 to 30 lowercase letters"),
        ("캐롤", PASSWORD, "Use 3 to 30 lowercase letters"),
    ],
)
def test_the_rules_are_those_of_signing_up(
    server: dict[str, str], name: str, password: str, reason: str
) -> None:
    code, said = at_terminal(server, [password, password], "add", name)
    assert code == 1, said
    assert reason in said
    assert "Traceback" not in said
    assert rights(server) == "None"


@pytest.fixture
def shopper(litestar: Start, server: dict[str, str]) -> dict[str, str]:
    """A shop in which carol has an account, as a shopper."""
    code, said = litestar("staff", "add", "carol", **server).ended()
    assert code == 0, said
    change(server, "UPDATE users SET admin = false, superuser = false")
    return server


def change(server: dict[str, str], statement: str) -> None:
    ask(server["DATABASE_URL"], statement)


def test_an_existing_account_is_changed_only_on_request(
    litestar: Start, shopper: dict[str, str]
) -> None:
    code, said = litestar("staff", "add", "carol", **shopper).ended()
    assert code == 1
    assert said.startswith("There is an account carol already.")
    code, said = at_terminal(shopper, ["n"], "add", "carol")
    assert code == 1, said
    assert rights(shopper) == "carol true false false"


def test_an_account_that_exists_is_made_staff_with_the_flag_or_a_yes(
    litestar: Start, shopper: dict[str, str]
) -> None:
    [before] = ask(shopper["DATABASE_URL"], "SELECT password FROM users")
    code, said = litestar("staff", "add", "CAROL", "--existing", **shopper).ended()
    assert code == 0
    assert "carol is a superuser now, with the password as before." in said
    assert rights(shopper) == "carol true true true"
    change(shopper, "UPDATE users SET superuser = false")
    code, said = at_terminal(shopper, ["y"], "add", "carol")
    assert code == 0, said
    assert rights(shopper) == "carol true true true"
    assert ask(shopper["DATABASE_URL"], "SELECT password FROM users") == [before]
    code, said = litestar("staff", "add", "carol", **shopper).ended()
    assert (code, said) == (0, "carol is a superuser already.\n")


def test_a_closed_account_and_one_that_is_not_there_are_refused(
    litestar: Start, shopper: dict[str, str]
) -> None:
    code, said = litestar("staff", "add", "dave", "--existing", **shopper).ended()
    assert (code, said) == (1, "There is no account dave.\n")
    change(shopper, "UPDATE users SET active = false")
    code, said = litestar("staff", "add", "carol", "--existing", **shopper).ended()
    assert code == 1
    assert said.startswith("The account carol is closed.")
    assert rights(shopper) == "carol false false false"


def test_two_step_verification_can_be_turned_off_by_command(
    litestar: Start, server: dict[str, str]
) -> None:
    code, said = litestar("staff", "add", "carol", **server).ended()
    assert code == 0, said
    change(server, "INSERT INTO second_factors SELECT id, 'encrypted', 1 FROM users")
    change(
        server,
        'INSERT INTO sessions ("user", token_hash, expires_at) '
        "SELECT id, 'hash', now() + interval '1 day' FROM users",
    )
    code, said = litestar("staff", "reset-mfa", "Carol", **server).ended()
    assert code == 0
    assert "carol signs in with the password alone now." in said
    assert "event='second-factor-reset' user='carol' actor='command line'" in said
    for table in ("second_factors", "sessions"):
        assert ask(server["DATABASE_URL"], f"SELECT count(*) FROM {table}") == [0]
    code, said = litestar("staff", "reset-mfa", "carol", **server).ended()
    assert (code, said) == (1, "Two-step verification is not on for carol.\n")
    code, said = litestar("staff", "reset-mfa", "dave", **server).ended()
    assert (code, said) == (1, "There is no account dave.\n")
