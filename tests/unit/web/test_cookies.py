"""Every cookie of the shop is HttpOnly, SameSite and, with HTTPS, Secure."""

import dataclasses
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

import shop
from app import create_app
from shop.settings import Settings
from shop.users.tables import Session
from tests.cast import PASSWORD, Cast, make_product
from tests.unit.admin.conftest import AdminPage
from tests.unit.web.helpers import client_of, csrf_of, session_of

ALICE = {"username": "alice", "password": PASSWORD}
ADMIN = {"username": "admin", "password": PASSWORD}
ME = "/api/v1/users/me"
HTTPS = "https://shop.test"
ALL = {"id", "device", "pending", "notice", "language"}


@pytest.fixture(scope="module")
async def https_shop(settings: Settings) -> AsyncIterator[Litestar]:
    app = create_app(dataclasses.replace(settings, https=True))
    yield app
    await app.state.external.close()


class Browser:
    """A browser that notes every `Set-Cookie`."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.seen: list[str] = []
        client.event_hooks["response"].append(self._note)

    async def _note(self, answer: httpx.Response) -> None:
        self.seen += answer.headers.get_list("set-cookie")

    @property
    def names(self) -> set[str]:
        return {cookie.partition("=")[0] for cookie in self.seen}

    def lacking(self, attribute: str) -> list[str]:
        return [one for one in self.seen if attribute not in one.lower().split("; ")[1:]]


@pytest.fixture
async def browser(https_shop: Litestar, cast: Cast) -> AsyncIterator[Browser]:
    async with client_of(https_shop, url=HTTPS) as client:
        yield Browser(client)


async def walk(browser: Browser) -> None:
    """All actions that set a cookie, and each URL without parameters."""
    client, product = browser.client, await make_product()
    await client.post("/language", data={"language": "en"})
    wish = await client.post(f"/products/{product}/likes")
    assert "pending" in wish.headers["set-cookie"]
    await client.post("/login", data=ALICE)
    for path in await addresses(client):
        await client.get(path)
    token = csrf_of((await client.get("/account")).text)
    await client.post("/logout", data={"_csrf_token": token})
    await client.get("/")
    await client.post("/signup", data={**ALICE, "username": "carol", "password": "tall-blue-cups"})
    await client.post("/admin/public/login/", json=ADMIN)
    await sign_out_of_the_admin(client)


async def sign_out_of_the_admin(client: httpx.AsyncClient) -> httpx.Response:
    await client.get("/admin/")
    token = client.cookies.get("csrftoken", "")
    headers = {"x-csrftoken": token, "origin": str(client.base_url).rstrip("/")}
    return await client.post("/admin/public/logout/", headers=headers)


async def addresses(client: httpx.AsyncClient) -> list[str]:
    transport: Any = client._transport
    paths = [route.path for route in transport.app.routes]
    return [path for path in paths if "{" not in path and path != "/logout"]


async def test_with_https_every_cookie_is_secure(browser: Browser) -> None:
    await walk(browser)
    assert {f"__Host-{name}" for name in ALL - {"device"}} - browser.names == set()
    assert browser.lacking("secure") == []
    assert browser.lacking("samesite=lax") == []
    assert [one for one in browser.lacking("httponly") if not one.startswith("csrftoken=")] == []
    assert [one for one in browser.seen if "domain=" in one.lower()] == []


async def test_with_https_no_other_host_can_set_them(browser: Browser) -> None:
    await walk(browser)
    plain = {name for name in browser.names if not name.startswith("__")}
    assert plain == {"csrftoken"}  # Piccolo Admin's page reads it by this name
    whole_site = [one for one in browser.seen if one.startswith("__Host-")]
    assert [one for one in whole_site if "; path=/;" not in f"{one};".lower()] == []


async def test_without_https_the_session_is_called_id(app: Litestar, cast: Cast) -> None:
    async with client_of(app) as client:
        browser = Browser(client)
        await walk(browser)
    assert ALL - browser.names == set()
    assert [one for one in browser.seen if "secure" in one.lower()] == []


async def test_each_sign_in_opens_the_shop_and_the_admin(browser: Browser) -> None:
    client = browser.client
    await client.post("/login", data=ADMIN)
    assert (await client.get(ME)).json()["username"] == "admin"
    assert (await client.get("/admin/api/tables/")).status_code == 200
    client.cookies.clear()
    await client.post("/admin/public/login/", json=ADMIN)
    assert (await client.get(ME)).json()["username"] == "admin"
    assert (await client.get("/admin/api/tables/")).status_code == 200


async def test_signing_out_of_the_admin_signs_out_of_the_shop(browser: Browser) -> None:
    client = browser.client
    await client.post("/login", data=ADMIN)
    assert (await sign_out_of_the_admin(client)).status_code == 200
    assert "__Host-id" not in client.cookies
    assert await Session.count() == 0


async def test_with_https_each_cookie_is_read_by_the_name_it_was_set_by(browser: Browser) -> None:
    client, product = browser.client, await make_product()
    await client.post("/language", data={"language": "en"})
    await client.post(f"/products/{product}/likes")
    page = await client.post("/login", data=ALICE, follow_redirects=True)
    assert 'lang="en"' in page.text
    assert "Added to your likes." in page.text
    assert (await client.get("/api/v1/likes")).json()["items"][0]["id"] == product


async def test_with_https_a_planted_notice_is_not_shown(https_shop: Litestar, cast: Cast) -> None:
    for name, shown in {"notice": False, "__Host-notice": True}.items():
        async with client_of(https_shop, url=HTTPS, cookies={name: "ordered"}) as client:
            page = await client.get("/login", headers={"Accept-Language": "en"})
        assert ("Your order has been placed" in page.text) is shown


async def test_with_https_a_planted_cookie_of_the_plain_name_opens_nothing(
    https_shop: Litestar, cast: Cast
) -> None:
    planted = {"id": await session_of(cast.admin)}
    async with client_of(https_shop, url=HTTPS, cookies=planted) as client:
        assert (await client.get(ME)).status_code == 401
        assert (await client.get("/admin/api/tables/")).status_code == 401


async def test_with_https_the_admin_takes_no_other_session_than_the_shop(
    https_shop: Litestar, cast: Cast
) -> None:
    tokens = {"__Host-id": await session_of(cast.admin), "id": await session_of(cast.alice)}
    for names in (tokens, dict(reversed(tokens.items()))):
        async with client_of(https_shop, url=HTTPS, cookies=names) as client:
            assert (await client.get("/admin/api/tables/")).status_code == 200


async def test_with_https_the_admin_is_written_to(https_shop: Litestar, cast: Cast) -> None:
    row = f"/admin/api/tables/products/{await make_product()}/"
    cookies = {"__Host-id": await session_of(cast.admin)}
    transport = httpx.ASGITransport(https_shop)
    async with AdminPage(transport=transport, base_url=HTTPS, cookies=cookies) as staff:
        await staff.get("/admin/")
        headers = {"x-csrftoken": staff.cookies.get("csrftoken", ""), "origin": HTTPS}
        answer = await staff.patch(row, json={"price": 7}, headers=headers)
    assert answer.status_code == 200, answer.text


def test_cookies_are_made_in_one_place() -> None:
    folder = Path(shop.__file__).parent
    sources = [path for path in folder.rglob("*.py") if path != folder / "web" / "cookies.py"]
    maker = re.compile(r"\bCookie\(|set_cookie\([\"']")
    assert [str(path) for path in sources if maker.search(path.read_text("utf-8"))] == []
