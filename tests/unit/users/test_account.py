"""The account page's list of sessions, and ending the others."""

from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from shop.users.browsers import name_of_browser
from tests.cast import PASSWORD, Cast, SignedIn
from tests.unit.web.helpers import (
    Page,
    browser_of,
    client_of,
    contents,
    session_of,
    wrong_fields_in,
)

ME = "/api/v1/users/me"
END_OTHERS = "/account/sessions/end-others"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0.0.0 Safari/537.36"
BROWSERS = {
    CHROME: "Chrome, Windows",
    f"{CHROME} Edg/140.0.0.0": "Edge, Windows",
    f"{CHROME} Whale/4.33.0.0": "Whale, Windows",
    f"Mozilla/5.0 (Linux; Android 15; SM-S921N) {WEBKIT} SamsungBrowser/28.0 Chrome/130.0.0.0"
    " Mobile Safari/537.36": "Samsung Internet, Android",
    f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1": "Safari, iPhone",
    f"{IPHONE} Mobile/15E148 KAKAOTALK 25.7.0": "KakaoTalk, iPhone",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 15.0; rv:143.0) Gecko/20100101 Firefox/143.0": (
        "Firefox, macOS"
    ),
    "python-httpx/0.28": "",
    "": "",
}


@pytest.mark.parametrize(("user_agent", "name"), BROWSERS.items(), ids=lambda text: text[-30:])
def test_a_browser_is_called_in_a_few_words(user_agent: str, name: str) -> None:
    assert name_of_browser(user_agent) == name


@pytest.mark.parametrize("user_agent", [None, "\x00\xff" * 50_000, "<script>alert(1)</script>"])
def test_a_user_agent_is_not_stored_verbatim(user_agent: str | None) -> None:
    assert name_of_browser(user_agent) == ""


@pytest.fixture
async def other(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """Another browser of alice's."""
    async with browser_of(app, cast.alice, "alice") as client:
        yield client


async def end_others(client: SignedIn) -> httpx.Response:
    return await client.post(END_OTHERS, data={"_csrf_token": client.csrf_token})


async def test_the_page_lists_each_browser_and_says_which_one_this_is(
    app: Litestar, cast: Cast
) -> None:
    form = {"username": "alice", "password": PASSWORD}
    async with client_of(app, headers={"Accept-Language": "en"}) as client:
        await session_of(cast.alice)
        await session_of(cast.bob)
        await client.post("/login", data=form, headers={"User-Agent": CHROME})
        page = (await client.get("/account")).text
    listed = page.split('class="rows sessions"')[1].split("</ul>")[0].split("<li")[1:]
    assert ["Chrome, Windows" in row for row in listed] == [True, False]
    assert ["Unknown browser" in row for row in listed] == [False, True]
    assert ["This browser" in row for row in listed] == [True, False]


async def test_ended_sessions_are_not_listed(browser: SignedIn, other: SignedIn) -> None:
    await other.post("/logout", data={"_csrf_token": other.csrf_token})
    page = (await browser.get("/account")).text
    assert page.count('<li class="row">') == 1
    assert END_OTHERS not in page


async def test_ending_the_others_leaves_this_one(browser: SignedIn, other: SignedIn) -> None:
    form = Page((await browser.get("/account")).text).form(END_OTHERS)
    answer = await browser.post(END_OTHERS, data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert (await browser.get(ME)).status_code == 200
    assert (await other.get(ME)).status_code == 401


async def test_ending_the_others_leaves_other_people(
    app: Litestar, browser: SignedIn, cast: Cast
) -> None:
    async with browser_of(app, cast.bob, "bob") as bob:
        await end_others(browser)
        assert (await bob.get(ME)).status_code == 200


async def test_ending_the_others_twice_is_the_same(browser: SignedIn, other: SignedIn) -> None:
    assert [(await end_others(browser)).status_code for _ in range(2)] == [303, 303]
    assert (await browser.get(ME)).status_code == 200


async def test_another_user_cannot_end_a_session(
    alice: httpx.AsyncClient, guest: httpx.AsyncClient, other: SignedIn
) -> None:
    before = await contents()
    by_header = await alice.post(END_OTHERS)
    by_nobody = await guest.post(END_OTHERS)
    without_proof = await other.post(END_OTHERS)
    assert (by_header.status_code, without_proof.status_code) == (403, 403)
    assert by_nobody.headers["location"].startswith("/login")
    assert await contents() == before


async def test_many_sessions_make_no_long_page(browser: SignedIn, cast: Cast) -> None:
    for _ in range(30):
        await session_of(cast.alice)
    page = (await browser.get("/account")).text
    assert page.count('<li class="row">') == 20
    assert page.count("badge--good") == 1


async def test_a_refused_change_of_password_lists_them_too(
    browser: SignedIn, other: SignedIn
) -> None:
    form = {"current_password": "wrong", "new_password": "tall-blue-cups"}
    proof = {"_csrf_token": browser.csrf_token}
    answer = await browser.post("/account/password", data={**form, **proof})
    assert answer.status_code == 400
    assert answer.text.count('<li class="row">') == 2


@pytest.mark.parametrize(
    ("current", "new", "wrong"),
    [
        ("wrong", "short", ["current_password", "new_password"]),
        (PASSWORD, "short", ["new_password"]),
        ("wrong", "tall-blue-cups", ["current_password"]),
    ],
)
async def test_a_change_of_password_shows_all_its_faults(
    browser: SignedIn, current: str, new: str, wrong: list[str]
) -> None:
    form = {"current_password": current, "new_password": new}
    proof = {"_csrf_token": browser.csrf_token}
    answer = await browser.post("/account/password", data={**form, **proof})
    assert (answer.status_code, wrong_fields_in(answer.text)) == (400, wrong)
