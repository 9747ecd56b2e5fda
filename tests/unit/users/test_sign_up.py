"""Opening an account."""

from datetime import timedelta

import httpx
import pytest

from shop.points.tables import PointBalance
from shop.users.passwords import DEMO_PASSWORDS
from shop.users.tables import User
from tests.cast import PASSWORD
from tests.unit.web.helpers import contents


async def sign_up(client: httpx.AsyncClient, username: str, password: str) -> httpx.Response:
    return await client.post("/signup", data={"username": username, "password": password})


async def test_a_new_account_is_signed_in(guest: httpx.AsyncClient) -> None:
    answer = await sign_up(guest, "carol", "a-fine-password")
    assert answer.status_code == 303
    me = (await guest.get("/api/v1/users/me")).json()
    assert (me["username"], me["balance"]) == ("carol", 0)


async def test_a_new_account_has_a_balance_and_no_rights(guest: httpx.AsyncClient) -> None:
    await sign_up(guest, "carol", "a-fine-password")
    user = await User.objects().where(User.username == "carol").first()
    assert (user.active, user.admin, user.superuser) == (True, False, False)
    assert await PointBalance.exists().where(PointBalance.user == user.id)


async def test_a_password_is_stored_hashed_and_salted(
    guest: httpx.AsyncClient, full_strength: int
) -> None:
    await sign_up(guest, "carol", "a-fine-password")
    guest.cookies.clear()
    await sign_up(guest, "dave", "a-fine-password")
    rows = await User.select(User.password).where(User.username.is_in(["carol", "dave"]))
    hashed = {row["password"] for row in rows}
    assert len(hashed) == 2
    assert [one for one in hashed if not one.startswith(f"pbkdf2_sha256${full_strength}$")] == []
    assert [one for one in hashed if "a-fine-password" in one] == []


@pytest.mark.parametrize("username", ["Carol", "  carol ", "CAROL"])
async def test_a_name_is_folded(guest: httpx.AsyncClient, username: str) -> None:
    await sign_up(guest, username, "a-fine-password")
    assert (await guest.get("/api/v1/users/me")).json()["username"] == "carol"


@pytest.mark.parametrize("username", ["alice", "Alice", " ALICE "])
async def test_a_taken_name_is_refused(guest: httpx.AsyncClient, username: str) -> None:
    before = await contents()
    answer = await sign_up(guest, username, "a-fine-password")
    assert answer.status_code == 409
    assert "id" not in guest.cookies
    assert await contents() == before
    assert 'aria-invalid="true" autofocus aria-describedby="username-' in answer.text
    assert 'id="username-error"' in answer.text
    assert "a-fine-password" not in answer.text


@pytest.mark.parametrize(
    "username",
    [
        "",
        "ab",
        "a" * 31,
        "-abc",
        ".abc",
        "_abc",
        "a b c",
        "a/b/c",
        "앨리스",
        "alíce",
        "a\nbc",
        "<b>x",
    ],
)
async def test_a_name_against_the_rules_is_refused(guest: httpx.AsyncClient, username: str) -> None:
    before = await contents()
    answer = await sign_up(guest, username, "a-fine-password")
    assert answer.status_code == 400
    assert 'id="username-error"' in answer.text
    assert await contents() == before


@pytest.mark.parametrize("password", ["", "1234567", "x" * 129, *sorted(DEMO_PASSWORDS)])
async def test_a_password_against_the_rules_is_refused(
    guest: httpx.AsyncClient, password: str
) -> None:
    before = await contents()
    answer = await sign_up(guest, "carol", password)
    assert answer.status_code == 400
    assert 'id="password-error"' in answer.text
    assert await contents() == before


@pytest.mark.parametrize("password", ["tallship", "correct horse " * 9, "긴 비밀번호 문장"])
async def test_a_password_within_the_rules_opens_the_account_again(
    guest: httpx.AsyncClient, password: str
) -> None:
    assert (await sign_up(guest, "carol", password)).status_code == 303
    guest.cookies.clear()
    answer = await guest.post("/login", data={"username": "carol", "password": password})
    assert answer.status_code == 303


async def test_a_refused_form_keeps_the_name_and_forgets_the_password(
    guest: httpx.AsyncClient,
) -> None:
    answer = await sign_up(guest, "Carol.", "sh0rt")
    assert 'value="Carol."' in answer.text
    assert "sh0rt" not in answer.text


async def test_a_form_cannot_make_its_user_staff(guest: httpx.AsyncClient) -> None:
    more = {"admin": "true", "superuser": "true", "id": "1", "balance": "1000000"}
    await guest.post("/signup", data={"username": "carol", "password": PASSWORD, **more})
    user = await User.objects().where(User.username == "carol").first()
    assert (user.admin, user.superuser) == (False, False)
    assert (await guest.get("/api/v1/points")).json() == {"balance": 0}


async def test_a_form_sent_twice_is_one_account(guest: httpx.AsyncClient) -> None:
    """A double click without JavaScript: the browser shows the second response only."""
    await sign_up(guest, "carol", "a-fine-password")
    guest.cookies.clear()
    assert (await sign_up(guest, " Carol", "a-fine-password")).status_code == 303
    assert (await guest.get("/api/v1/users/me")).json()["username"] == "carol"
    assert await User.count().where(User.username == "carol") == 1


@pytest.mark.parametrize("change", ["another password", "an older account", "closed"])
async def test_no_other_form_opens_an_account_that_is_there(
    guest: httpx.AsyncClient, change: str
) -> None:
    await sign_up(guest, "carol", "a-fine-password")
    guest.cookies.clear()
    await User.raw(
        "UPDATE users SET active = {}, created_at = now() - {}::interval WHERE username = 'carol'",
        change != "closed",
        timedelta(minutes=2 if change == "an older account" else 0),
    )
    password = "another-password" if change == "another password" else "a-fine-password"
    assert (await sign_up(guest, "carol", password)).status_code == 409
    assert "id" not in guest.cookies
