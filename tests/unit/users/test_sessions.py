"""When a session ends: by time, by a change of its password, with its account; and by which
clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.database import DB
from shop.errors import InvalidInput
from shop.identity import SignedInUser
from shop.users import service
from shop.users.errors import WrongPassword
from shop.users.passwords import _hash
from shop.users.repository import UserRepository
from shop.users.session import Verified
from shop.users.tables import Session, User
from tests.cast import PASSWORD, QUICK, Cast, SignedIn
from tests.unit.clocks import Clock
from tests.unit.web.helpers import browser_of, client_of, session_of, users

ME = "/api/v1/users/me"
OTHER_HASH = _hash("another-password", "pepper", QUICK)
FORM = {"username": "admin", "password": PASSWORD}


async def unseen_for(**how_long: float) -> None:
    """As if the sessions had been used last so long ago."""
    await Session.update({Session.last_seen: Session.last_seen - timedelta(**how_long)}, force=True)


async def last_seen() -> datetime:
    [row] = await Session.select(Session.last_seen)
    seen: datetime = row["last_seen"]
    return seen


# Without requests.


async def test_a_shopper_who_comes_back_within_three_days_is_signed_in(browser: SignedIn) -> None:
    await unseen_for(hours=71)
    assert (await browser.get(ME)).status_code == 200


async def test_after_three_days_without_a_request_a_shopper_is_a_guest(browser: SignedIn) -> None:
    await unseen_for(hours=73)
    assert (await browser.get(ME)).status_code == 401
    await users().sessions.sweep()
    assert await Session.count() == 0


@pytest.mark.parametrize(("minutes", "status"), [(119, 200), (121, 401)])
async def test_staff_are_signed_in_for_two_hours_without_a_request(
    app: Litestar, cast: Cast, minutes: int, status: int
) -> None:
    async with browser_of(app, cast.admin, "admin") as admin:
        await unseen_for(minutes=minutes)
        assert (await admin.get(ME)).status_code == status
        assert (await admin.get("/admin/api/tables/")).status_code == status


async def test_an_end_by_idling_is_final_when_staff_become_shoppers(
    app: Litestar, cast: Cast
) -> None:
    async with browser_of(app, cast.admin, "admin") as admin:
        await unseen_for(hours=3)
        await users().sessions.sweep()
        await User.update({User.admin: False}).where(User.id == cast.admin)
        assert (await admin.get(ME)).status_code == 401


async def test_a_session_in_use_lasts(browser: SignedIn) -> None:
    for _ in range(4):
        await unseen_for(hours=48)
        assert (await browser.get(ME)).status_code == 200


async def test_not_every_request_writes(browser: SignedIn) -> None:
    await unseen_for(minutes=4)
    before = await last_seen()
    await browser.get(ME)
    assert await last_seen() == before


async def test_a_session_used_later_is_noted(browser: SignedIn) -> None:
    before = await last_seen()
    await unseen_for(minutes=6)
    await browser.get(ME)
    assert await last_seen() == before


# With its password.


@pytest.fixture
def changed_meanwhile(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Another user changes the account between the check of its password and the sign-in."""

    def change(values: dict[Any, Any]) -> None:
        real = UserRepository.by_id

        async def by_id(self: UserRepository, user_id: int) -> SignedInUser | None:
            found = await real(self, user_id)
            await User.update(values).where(User.id == user_id)
            return found

        monkeypatch.setattr(UserRepository, "by_id", by_id)

    return change


CHANGES = [{User.password: OTHER_HASH}, {User.active: False}]


@pytest.mark.parametrize("values", CHANGES, ids=["password", "closed"])
async def test_a_sign_in_that_was_under_way_leaves_no_session(
    guest: httpx.AsyncClient, cast: Cast, changed_meanwhile: Any, values: dict[Any, Any]
) -> None:
    changed_meanwhile(values)
    shop = await guest.post("/login", data=FORM)
    admin = await guest.post("/admin/public/login/", json=FORM)
    assert [shop.status_code, admin.status_code] == [401, 401]
    assert await Session.count() == 0


async def test_a_refused_sign_in_leaves_the_session_before(
    browser: SignedIn, changed_meanwhile: Any
) -> None:
    changed_meanwhile({User.password: OTHER_HASH})
    assert (await browser.post("/admin/public/login/", json=FORM)).status_code == 401
    assert (await browser.get(ME)).json()["username"] == "alice"


@pytest.mark.committed
async def test_a_sign_in_waits_for_a_change_of_its_password(app: Litestar, cast: Cast) -> None:
    other = await DB.get_new_connection()
    change = other.transaction()
    await change.start()
    await other.execute("UPDATE users SET password = $1 WHERE id = $2", OTHER_HASH, cast.admin)
    await other.execute('DELETE FROM sessions WHERE "user" = $1', cast.admin)
    async with client_of(app) as client:
        signing_in = asyncio.create_task(client.post("/login", data=FORM))
        await until_a_lock_is_awaited(other)
        await change.commit()
        answer = await signing_in
    await other.close()
    assert answer.status_code == 401
    assert await Session.count() == 0


BLOCKED = """
    SELECT count(*) FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))
"""


async def until_a_lock_is_awaited(connection: Any) -> None:
    """Returns as soon as another connection waits for a lock of this one."""
    for _ in range(10_000):
        if await connection.fetchval(BLOCKED):
            return
    raise AssertionError("nobody waits")


async def test_a_password_that_was_changed_meanwhile_is_not_changed_again(
    browser: SignedIn, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hash_password(_: str) -> str:
        await User.update({User.password: OTHER_HASH}).where(User.id == cast.alice)
        return _hash("a-better-password", "salt", QUICK)

    monkeypatch.setattr(service, "hash_password", hash_password)
    user, token = SignedInUser(cast.alice, "alice"), browser.cookies["id"]
    with pytest.raises(InvalidInput):
        await users().change_password(user, token, PASSWORD, "a-better-password")
    assert await UserRepository().password_of(cast.alice) == OTHER_HASH


@pytest.mark.parametrize("password_hash", ["", OTHER_HASH])
async def test_only_the_current_password_signs_in(cast: Cast, password_hash: str) -> None:
    with pytest.raises(WrongPassword):
        await users().sessions.start(Verified(SignedInUser(cast.alice, "alice"), password_hash))


# With its account.


async def close_and_open(staff: SignedIn, user_id: int) -> None:
    row = f"/admin/api/tables/users/{user_id}/"
    await staff.get("/admin/")
    headers = {"X-CSRFToken": staff.cookies.get("csrftoken", "")}
    for active in (False, True):
        key = (await staff.get(row)).json()["form_key"]
        change = {"active": active, "form_key": key}
        answer = await staff.patch(row, json=change, headers=headers)
        assert answer.status_code == 200, answer.text


async def test_a_session_does_not_outlive_the_closing_of_its_account(
    app: Litestar, browser: SignedIn, cast: Cast
) -> None:
    async with browser_of(app, cast.admin, "admin") as staff:
        await close_and_open(staff, cast.alice)
        assert (await browser.get(ME)).status_code == 401
        assert (await staff.get(ME)).status_code == 200


async def test_sessions_of_closed_accounts_are_swept(browser: SignedIn, cast: Cast) -> None:
    await User.update({User.active: False}).where(User.id == cast.alice)
    await users().sessions.sweep()
    await User.update({User.active: True}).where(User.id == cast.alice)
    assert (await browser.get(ME)).status_code == 401


async def test_other_changes_of_an_account_end_no_session(
    app: Litestar, browser: SignedIn, cast: Cast
) -> None:
    async with browser_of(app, cast.admin, "admin") as staff:
        await staff.get("/admin/")
        row = f"/admin/api/tables/users/{cast.alice}/"
        key = (await staff.get(row)).json()["form_key"]
        answer = await staff.patch(
            row,
            json={"active": True, "first_name": "Alice", "form_key": key},
            headers={"X-CSRFToken": staff.cookies.get("csrftoken", "")},
        )
    assert answer.status_code == 200, answer.text
    assert (await browser.get(ME)).status_code == 200


# By the clock of PostgreSQL.


@pytest.mark.parametrize("off", [timedelta(days=30), timedelta(days=-30)])
async def test_a_node_with_a_wrong_clock_ends_no_session(
    browser: SignedIn, wrong_clock: Clock, off: timedelta
) -> None:
    with wrong_clock(off):
        await users().sessions.sweep()
        assert (await browser.get(ME)).status_code == 200
    assert (await browser.get(ME)).status_code == 200


@pytest.mark.parametrize("off", [timedelta(days=30), timedelta(days=-30)])
async def test_a_session_made_by_a_node_with_a_wrong_clock_lasts_as_long_as_any(
    cast: Cast, wrong_clock: Clock, off: timedelta
) -> None:
    with wrong_clock(off):
        await session_of(cast.alice)
    [row] = await Session.select()
    assert row["expires_at"] - row["created_at"] == timedelta(days=14)
    assert abs(row["created_at"] - datetime.now(UTC)) < timedelta(days=1)


async def test_the_last_sign_in_is_in_utc(
    cast: Cast, wrong_clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "Asia/Seoul")
    with wrong_clock(timedelta(days=30)):
        await session_of(cast.alice)
    [session] = await Session.select(Session.created_at)
    user = await User.select(User.last_login).where(User.id == cast.alice).first()
    assert user is not None
    assert user["last_login"].replace(tzinfo=UTC) == session["created_at"]
