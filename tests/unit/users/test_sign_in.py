"""Signing in and out, and what a session is."""

import dataclasses
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.settings import Settings
from shop.users.passwords import _hash
from shop.users.tables import Session, User
from tests.cast import PASSWORD, QUICK, Cast, SignedIn
from tests.unit.web.helpers import browser_of, client_of, users

ME = "/api/v1/users/me"


async def sign_in(
    client: httpx.AsyncClient, username: str = "alice", password: str = PASSWORD
) -> httpx.Response:
    return await client.post("/login", data={"username": username, "password": password})


def session_cookie(answer: httpx.Response) -> str:
    cookies = answer.headers.get_list("set-cookie")
    [cookie] = [one for one in cookies if one.startswith(("id=", "__Host-id="))]
    return cookie


@pytest.mark.parametrize("username", ["alice", "Alice", " ALICE "])
async def test_the_right_password_signs_in(guest: httpx.AsyncClient, username: str) -> None:
    answer = await sign_in(guest, username)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert (await guest.get(ME)).json()["username"] == "alice"


async def test_htmx_gets_the_redirect_in_a_header(guest: httpx.AsyncClient) -> None:
    form = {"username": "alice", "password": PASSWORD, "next": "/orders"}
    answer = await guest.post("/login", data=form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/orders")


async def refused_words(client: httpx.AsyncClient, username: str, password: str) -> str:
    answer = await sign_in(client, username, password)
    assert answer.status_code == 401
    assert "id" not in client.cookies
    return answer.text.replace(username, "")


async def test_a_wrong_password_and_an_unknown_name_read_the_same(
    guest: httpx.AsyncClient,
) -> None:
    wrong = await refused_words(guest, "alice", "wrong-password")
    assert wrong == await refused_words(guest, "nobody-at-all", "wrong-password")


async def test_a_closed_account_reads_like_an_unknown_one(
    guest: httpx.AsyncClient, cast: Cast
) -> None:
    await User.update({User.active: False}).where(User.id == cast.alice)
    closed = await refused_words(guest, "alice", PASSWORD)
    assert closed == await refused_words(guest, "nobody-at-all", PASSWORD)


@pytest.mark.parametrize("username", ["", "a" * 90_000, "앨리스", "alice%", "' OR 1=1 --"])
async def test_odd_names_are_unknown_names(guest: httpx.AsyncClient, username: str) -> None:
    assert (await sign_in(guest, username)).status_code in (401, 413)


@pytest.mark.parametrize("password", ["", " " + PASSWORD, PASSWORD + " ", "x" * 50_000])
async def test_a_password_is_case_sensitive_and_not_trimmed(
    guest: httpx.AsyncClient, password: str
) -> None:
    assert (await sign_in(guest, password=password)).status_code == 401


async def test_a_refused_form_keeps_the_name_but_not_the_password(
    guest: httpx.AsyncClient,
) -> None:
    answer = await sign_in(guest, "alice", "wrong-password")
    assert 'value="alice"' in answer.text
    assert "wrong-password" not in answer.text


async def give_demo_password(user_id: int) -> None:
    hashed = _hash("alice-demo", "salt", QUICK)
    await User.update({User.password: hashed}).where(User.id == user_id)


async def test_a_demo_password_opens_nothing_outside_the_demo(
    guest: httpx.AsyncClient, cast: Cast
) -> None:
    await give_demo_password(cast.alice)
    assert (await sign_in(guest, "alice", "alice-demo")).status_code == 401


async def test_a_demo_password_opens_the_demo(
    guest: httpx.AsyncClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await give_demo_password(cast.alice)
    monkeypatch.setenv("SHOP_DEMO", "1")
    assert (await sign_in(guest, "alice", "alice-demo")).status_code == 303


async def test_the_cookie_is_for_this_shops_pages_only(guest: httpx.AsyncClient) -> None:
    cookie = session_cookie(await sign_in(guest)).lower()
    assert "; httponly" in cookie
    assert "; samesite=lax" in cookie
    assert "; path=/" in cookie
    assert "domain=" not in cookie
    assert "secure" not in cookie


async def test_the_cookie_is_secure_on_https(app: Litestar, cast: Cast) -> None:
    async with client_of(app, url="https://shop.test") as client:
        assert "; secure" in session_cookie(await sign_in(client)).lower()


@pytest.fixture(scope="module")
async def https_only(settings: Settings) -> AsyncIterator[Litestar]:
    app = create_app(dataclasses.replace(settings, https=True))
    yield app
    await app.state.external.close()


async def test_the_cookie_is_secure_where_only_https_reaches_the_shop(
    https_only: Litestar, cast: Cast
) -> None:
    async with client_of(https_only) as client:
        assert "; secure" in session_cookie(await sign_in(client)).lower()


async def test_every_sign_in_has_a_new_token(guest: httpx.AsyncClient) -> None:
    first = session_cookie(await sign_in(guest)).split(";")[0]
    guest.cookies.clear()
    assert session_cookie(await sign_in(guest)).split(";")[0] != first


async def test_a_session_id_sent_before_sign_in_is_not_used(guest: httpx.AsyncClient) -> None:
    guest.cookies.set("id", "planted-by-somebody", domain="shop.test")
    assert "planted-by-somebody" not in session_cookie(await sign_in(guest))


@pytest.mark.parametrize("path", ["/login", "/signup"])
@pytest.mark.parametrize("proof", [True, False], ids=["token", "a page from before"])
async def test_a_signed_in_user_stays_signed_in(browser: SignedIn, path: str, proof: bool) -> None:
    """A second tab, opened before the sign-in in the first: its form has no token."""
    browser.headers["Accept-Language"] = "en"
    session, sessions = browser.cookies["id"], await Session.count()
    form = {"username": "bob", "password": PASSWORD, "next": "/points"}
    form |= {"_csrf_token": browser.csrf_token} if proof else {}
    answer = await browser.post(path, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/points")
    assert (browser.cookies["id"], await Session.count()) == (session, sessions)
    page = (await browser.get("/points")).text
    assert "You are already signed in as alice." in page


@pytest.mark.parametrize("path", ["/login", "/signup"])
@pytest.mark.parametrize(
    ("target", "location"),
    [("/points", "/points"), ("/?q=a%26sort=likes", "/?q=a&sort=likes"), ("//evil.test", "/")],
)
async def test_the_sign_in_page_redirects_a_signed_in_user(
    browser: SignedIn, path: str, target: str, location: str
) -> None:
    answer = await browser.get(f"{path}?next={target}")
    assert (answer.status_code, answer.headers["location"]) == (303, location)


async def test_only_a_hash_of_the_token_is_stored(browser: SignedIn) -> None:
    token = browser.cookies["id"]
    [row] = await Session.select()
    assert token not in str(row)
    assert row["token_hash"] == hashlib.sha256(token.encode()).hexdigest()


async def test_the_stored_hash_opens_nothing(browser: SignedIn, guest: httpx.AsyncClient) -> None:
    [row] = await Session.select()
    guest.cookies.set("id", row["token_hash"], domain="shop.test")
    assert (await guest.get(ME)).status_code == 401


async def test_signing_out_ends_the_session_on_the_server(
    browser: SignedIn, guest: httpx.AsyncClient
) -> None:
    token = browser.cookies["id"]
    answer = await browser.post("/logout", data={"_csrf_token": browser.csrf_token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert "id" not in browser.cookies
    guest.cookies.set("id", token, domain="shop.test")
    assert (await guest.get(ME)).status_code == 401


async def test_signing_out_leaves_the_other_browsers(
    app: Litestar, browser: SignedIn, cast: Cast
) -> None:
    async with browser_of(app, cast.alice, "alice") as other:
        await other.post("/logout", data={"_csrf_token": other.csrf_token})
    assert (await browser.get(ME)).status_code == 200


async def test_a_guest_may_sign_out(guest: httpx.AsyncClient) -> None:
    assert (await guest.post("/logout")).status_code == 303


async def run_out(moment: datetime) -> None:
    await Session.update({Session.expires_at: moment}, force=True)


async def test_a_session_lasts_as_long_as_the_settings_say(browser: SignedIn) -> None:
    [row] = await Session.select(Session.created_at, Session.expires_at)
    assert abs(row["expires_at"] - row["created_at"] - timedelta(days=14)) < timedelta(minutes=5)


async def test_a_session_that_ran_out_is_a_guest(browser: SignedIn) -> None:
    await run_out(datetime.now(UTC) - timedelta(seconds=1))
    assert (await browser.get(ME)).status_code == 401
    assert (await browser.get("/")).status_code == 200
    assert (await browser.get("/orders")).headers["location"] == "/login?next=/orders"


async def test_sessions_that_ran_out_are_swept(browser: SignedIn) -> None:
    await run_out(datetime.now(UTC) - timedelta(seconds=1))
    await users().sessions.sweep()
    assert await Session.count() == 0


async def test_running_sessions_are_not_swept(browser: SignedIn) -> None:
    await users().sessions.sweep()
    assert (await browser.get(ME)).status_code == 200


GARBAGE = {
    "empty": b"id=",
    "bytes": b"id=\xff\xfe\x80",
    "quoted": b'id="\\377\\000"',
    "percent": b"id=%00%ff",
    "sql": b"id=' OR ''='",
    "many": b"; ".join([b"id=x"] * 500),
    "huge": b"id=" + b"x" * 60_000,
    "no name": b"=;;; =x; ;",
    "unbalanced": b'id="',
}


@pytest.mark.parametrize("cookie", GARBAGE.values(), ids=GARBAGE.keys())
async def test_a_garbage_cookie_is_a_guest(guest: httpx.AsyncClient, cookie: bytes) -> None:
    headers = [(b"cookie", cookie)]
    assert (await guest.get(ME, headers=headers)).status_code == 401
    assert (await guest.get("/", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    ("place", "why"),
    [("/orders", "Sign in to see your orders."), ("/checkout?key=k", "Sign in to order.")],
)
async def test_the_page_says_why_one_is_to_sign_in(
    guest: httpx.AsyncClient, place: str, why: str
) -> None:
    english = {"Accept-Language": "en"}
    asked = await guest.get(place, headers=english)
    assert why in (await guest.get(asked.headers["location"], headers=english)).text
    assert why not in (await guest.get("/login", headers=english)).text
