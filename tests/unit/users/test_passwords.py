"""Changing a password, and hashing one without blocking other requests."""

import asyncio
import re
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from litestar import Litestar

from shop.errors import Overloaded
from shop.users import passwords
from shop.users.passwords import (
    DEMO_PASSWORDS,
    _hash,
    check_password,
    hash_password,
    run_in_threads,
)
from tests.cast import PASSWORD, Cast, SignedIn
from tests.unit.web.helpers import browser_of, contents, users

ME = "/api/v1/users/me"
NEW = "a-better-password"


async def change(client: SignedIn, current: str = PASSWORD, new: str = NEW) -> httpx.Response:
    form = {"current_password": current, "new_password": new, "_csrf_token": client.csrf_token}
    return await client.post("/account/password", data=form)


@pytest.mark.parametrize("path", ["/login", "/signup", "/account"])
async def test_a_password_field_hides_it_and_helps_password_managers(
    guest: httpx.AsyncClient, browser: SignedIn, path: str
) -> None:
    """OWASP ASVS 5.0, 6.2.6 and 6.2.7."""
    page = (await (browser if path == "/account" else guest).get(path)).text
    fields = re.findall(r'<input [^>]*name="[a-z_]*password"[^>]*>', page)
    assert fields
    helped = re.compile(r'autocomplete="(current|new)-password"')
    wrong = [
        field for field in fields if 'type="password"' not in field or not helped.search(field)
    ]
    assert wrong == []


async def test_the_new_password_signs_in_and_the_old_does_not(
    browser: SignedIn, guest: httpx.AsyncClient
) -> None:
    answer = await change(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    old = await guest.post("/login", data={"username": "alice", "password": PASSWORD})
    assert old.status_code == 401
    new = await guest.post("/login", data={"username": "alice", "password": NEW})
    assert new.status_code == 303


async def test_other_browsers_are_signed_out_and_this_one_stays(
    app: Litestar, browser: SignedIn, cast: Cast
) -> None:
    async with browser_of(app, cast.alice, "alice") as other:
        await change(browser)
        assert (await other.get(ME)).status_code == 401
    assert (await browser.get(ME)).status_code == 200


async def test_other_peoples_sessions_stay(app: Litestar, browser: SignedIn, cast: Cast) -> None:
    async with browser_of(app, cast.bob, "bob") as bob:
        await change(browser)
        assert (await bob.get(ME)).status_code == 200


async def test_a_wrong_current_password_changes_nothing(browser: SignedIn) -> None:
    before = await contents()
    answer = await change(browser, current="wrong-password")
    assert answer.status_code == 400
    assert 'id="current_password-error"' in answer.text
    assert await contents() == before


@pytest.mark.parametrize("new", ["", "1234567", "x" * 129, *sorted(DEMO_PASSWORDS)])
async def test_a_new_password_against_the_rules_changes_nothing(
    browser: SignedIn, new: str
) -> None:
    before = await contents()
    answer = await change(browser, new=new)
    assert answer.status_code == 400
    assert 'id="new_password-error"' in answer.text
    assert await contents() == before


async def test_a_guest_cannot_change_a_password(guest: httpx.AsyncClient) -> None:
    answer = await guest.post("/account/password", data={"new_password": NEW})
    assert (answer.status_code, answer.headers["location"][:6]) == (303, "/login")


async def test_a_hash_fits_its_password_only() -> None:
    hashed = await hash_password("a-fine-password")
    assert await check_password("a-fine-password", hashed)
    assert not await check_password("a-fine-passworD", hashed)
    assert not await check_password("a-fine-password", None)
    assert not await check_password("", None)


async def turns_of_others_during(work: Awaitable[object]) -> int:
    """How often another task had its turn before `work` was done."""
    task, turns = asyncio.ensure_future(work), 0
    while not task.done():
        turns += 1
        await asyncio.sleep(0)
    return turns


@pytest.mark.parametrize("exists", [True, False])
async def test_others_go_on_while_a_password_is_checked(exists: bool, full_strength: int) -> None:
    stored = await hash_password(PASSWORD) if exists else None
    assert await turns_of_others_during(check_password(PASSWORD, stored)) > 20


async def test_others_go_on_while_a_password_is_hashed(full_strength: int) -> None:
    assert await turns_of_others_during(hash_password(PASSWORD)) > 20


async def computing(work: Callable[[], Awaitable[object]]) -> float:
    """Seconds that this thread, where the event loop runs, has itself spent computing."""
    start = time.thread_time()
    await work()
    return time.thread_time() - start


def hash_here(rounds: int) -> Callable[[], Awaitable[None]]:
    async def work() -> None:
        _hash(PASSWORD, "salt", rounds)

    return work


@pytest.fixture
async def full_queue(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """The queue of passwords is full during the test."""
    monkeypatch.setattr(passwords, "MOST_WAITING", 3)
    over = threading.Event()
    waiting = [asyncio.ensure_future(run_in_threads(over.wait)) for _ in range(3)]
    await asyncio.sleep(0)  # each has its turn
    yield
    over.set()
    await asyncio.gather(*waiting)


async def test_a_request_that_would_wait_too_long_is_refused_at_once(full_queue: None) -> None:
    with pytest.raises(Overloaded):
        await hash_password(PASSWORD)
    with pytest.raises(Overloaded):
        await check_password(PASSWORD, None)


async def test_the_queue_is_open_again_when_it_is_shorter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 1)
    for _ in range(3):
        assert await check_password(PASSWORD, await hash_password(PASSWORD))


async def test_every_password_check_sends_retry_after(
    full_queue: None, guest: httpx.AsyncClient, browser: SignedIn
) -> None:
    before = await contents()
    form = {"username": "alice", "password": PASSWORD}
    answers = {
        "sign in": await guest.post("/login", data=form),
        "sign up": await guest.post("/signup", data={**form, "username": "carol"}),
        "admin": await guest.post("/admin/public/login/", json=form),
        "change": await change(browser),
    }
    said = {way: (a.status_code, a.headers.get("retry-after")) for way, a in answers.items()}
    assert said == dict.fromkeys(answers, (503, "5"))
    assert 'value="alice"' in answers["sign in"].text
    assert answers["admin"].json()["type"] == "/problems/overloaded"
    assert await contents() == before


async def test_staff_sign_in_without_holding_up_the_shop(cast: Cast, full_strength: int) -> None:
    await users().set_password(cast.admin, NEW)
    there = await computing(lambda: users().sign_in("admin", NEW))
    assert there < await computing(hash_here(full_strength)) / 2


async def test_staff_set_a_password_without_holding_up_the_shop(
    cast: Cast, full_strength: int
) -> None:
    there = await computing(lambda: users().set_password(cast.alice, NEW))
    assert there < await computing(hash_here(full_strength)) / 2
    assert (await users().sign_in("alice", NEW)).user.id == cast.alice
