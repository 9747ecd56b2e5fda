"""Who gets into the admin."""

from dataclasses import replace

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.settings import Settings
from shop.users.tables import Session, User
from tests.cast import PASSWORD, Cast, make_product
from tests.unit.admin.conftest import AdminPage
from tests.unit.web.helpers import JSON, session_of

INSIDE = [
    ("GET", "/admin/api/tables/"),
    ("GET", "/admin/api/tables/users/"),
    ("GET", "/admin/api/tables/users/1/"),
    ("GET", "/admin/api/openapi.json"),
    ("GET", "/admin/openapi.json"),
    ("GET", "/admin/public/meta/"),
    ("GET", "/admin/public/login/"),
    ("GET", "/admin/public/openapi.json"),
    ("GET", "/admin/assets/index.js"),
    ("GET", "/admin/nowhere"),
    ("POST", "/admin/api/forms/receive-stock/"),
    ("POST", "/admin/api/tables/products/"),
    ("POST", "/admin/api/media/"),
    ("POST", "/admin/api/change-password/"),
    ("POST", "/admin/public/logout/"),
    ("POST", "/admin/"),
    ("PATCH", "/admin/api/tables/users/1/"),
    ("DELETE", "/admin/api/tables/products/"),
]


@pytest.mark.parametrize(("method", "path"), INSIDE)
async def test_a_guest_has_no_access(guest: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await guest.request(method, path, headers={"accept": "text/html"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["instance"].startswith(path.rstrip("/"))


@pytest.mark.parametrize(("method", "path"), INSIDE)
async def test_a_shopper_has_no_access(shopper: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await shopper.request(method, path)
    assert answer.status_code == 403
    assert answer.json()["type"] == "/problems/forbidden"


async def test_the_refusal_page_leads_back_after_sign_in(shopper: httpx.AsyncClient) -> None:
    answer = await shopper.get("/admin/", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert '<input type="hidden" name="next" value="/admin/">' in answer.text
    assert 'aria-current="page"' not in answer.text


@pytest.mark.parametrize(("method", "path"), [*INSIDE, ("POST", "/admin/public/login/")])
async def test_a_user_id_has_no_access_even_that_of_staff(
    guest: httpx.AsyncClient, cast: Cast, method: str, path: str
) -> None:
    answer = await guest.request(method, path, headers={"X-USER-ID": str(cast.admin)})
    assert answer.status_code == 401


async def test_a_user_id_beside_a_staff_session_has_no_access(
    staff: httpx.AsyncClient, cast: Cast
) -> None:
    for claim in (str(cast.admin), str(cast.alice), "nonsense", ""):
        answer = await staff.get("/admin/api/tables/", headers={"X-USER-ID": claim})
        assert answer.status_code == 401


async def test_a_guest_is_sent_to_sign_in_and_back(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/admin/")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/login?next=/admin/"


async def test_the_address_without_its_slash_leads_to_the_one_with_it(
    guest: httpx.AsyncClient, staff: httpx.AsyncClient
) -> None:
    for client in (guest, staff):
        answer = await client.get("/admin?x=1")
        assert (answer.status_code, answer.headers["location"]) == (302, "/admin/")


async def test_a_shopper_sees_a_page_with_the_reason(shopper: httpx.AsyncClient) -> None:
    answer = await shopper.get("/admin/", headers={"accept": "text/html"})
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")


async def test_the_admin_has_a_stricter_content_security_policy(staff: httpx.AsyncClient) -> None:
    answer = await staff.get("/admin/")
    assert answer.status_code == 200
    assert "<title>Pointmall</title>" in answer.text
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    assert "object-src 'none'; base-uri 'none'" in answer.headers["content-security-policy"]
    assert "unsafe-inline" not in answer.headers["content-security-policy"].split("style-src")[0]
    asset = answer.text.split('src="./')[1].split('"')[0]
    script = await staff.get(f"/admin/{asset}")
    assert script.status_code == 200
    assert "immutable" in script.headers["cache-control"]


@pytest.mark.parametrize("right", ["active", "admin"])
async def test_losing_a_right_takes_effect_at_once(
    staff: httpx.AsyncClient, cast: Cast, right: str
) -> None:
    await User.update({right: False}).where(User.id == cast.admin)
    assert (await staff.get("/admin/api/tables/")).status_code in {401, 403}


async def test_a_write_from_another_site_is_refused(staff: httpx.AsyncClient) -> None:
    for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "http://evil.test"}):
        answer = await staff.post("/admin/public/logout/", headers=headers)
        assert answer.status_code == 403


async def test_a_write_without_the_proof_is_refused(staff: httpx.AsyncClient) -> None:
    product = await make_product()
    del staff.headers["X-CSRFToken"]
    answer = await staff.patch(f"/admin/api/tables/products/{product}/", json={"price": 1})
    assert answer.status_code == 403


async def test_writes_work_over_https_and_cookies_are_secure_there(
    app: Litestar, cast: Cast
) -> None:
    product = await make_product()
    transport = httpx.ASGITransport(app)
    cookies = {"id": await session_of(cast.admin)}
    async with AdminPage(
        transport=transport, base_url="https://shop.test", cookies=cookies
    ) as client:
        page = await client.get("/admin/")
        assert page.headers["set-cookie"].endswith("; Secure")
        answer = await client.patch(
            f"/admin/api/tables/products/{product}/",
            json={"price": 7},
            headers={"x-csrftoken": client.cookies["csrftoken"], "origin": "https://shop.test"},
        )
        assert answer.status_code == 200


async def test_signing_out_of_the_admin_ends_the_session_in_the_shop_too(
    staff: httpx.AsyncClient, cast: Cast
) -> None:
    assert (await staff.post("/admin/public/logout/")).status_code == 200
    assert not await Session.exists().where(Session.user == cast.admin)


async def test_its_own_form_signs_in_to_both_once_a_session_has_ended(
    staff: httpx.AsyncClient, cast: Cast
) -> None:
    await Session.delete().where(Session.user == cast.admin)
    assert (await staff.get("/admin/api/tables/")).status_code == 401
    answer = await staff.post(
        "/admin/public/login/", json={"username": "admin", "password": PASSWORD}
    )
    assert answer.status_code == 200
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "Secure" not in answer.headers["set-cookie"]
    assert (await staff.get("/admin/api/tables/")).status_code == 200
    assert (await staff.get("/account")).status_code == 200


@pytest.mark.parametrize(("username", "password"), [("alice", PASSWORD), ("admin", "wrong")])
async def test_its_own_form_refuses_all_others(
    staff: httpx.AsyncClient, cast: Cast, username: str, password: str
) -> None:
    await Session.delete().where(Session.user == cast.admin)
    answer = await staff.post(
        "/admin/public/login/", json={"username": username, "password": password}
    )
    assert answer.status_code == (403 if username == "alice" else 401)
    assert not await Session.exists()


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"nonsense", b'{"username": 1, "password": []}', b"[" * 9_000]
)
async def test_its_own_form_accepts_only_names_and_passwords(
    staff: httpx.AsyncClient, body: bytes
) -> None:
    assert (await staff.post("/admin/public/login/", content=body, headers=JSON)).status_code == 400


async def test_the_admins_sign_in_form_refuses_a_large_body(staff: httpx.AsyncClient) -> None:
    answer = await staff.post("/admin/public/login/", content=b" " * 20_000, headers=JSON)
    assert answer.status_code == 413


async def test_the_admins_sign_in_form_refuses_other_sites(staff: httpx.AsyncClient) -> None:
    answer = await staff.post(
        "/admin/public/login/",
        json={"username": "admin", "password": PASSWORD},
        headers={"origin": "http://evil.test"},
    )
    assert answer.status_code == 403


async def test_the_admins_sign_in_form_has_the_shops_limit(
    settings: Settings, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(username: str, password: str) -> None:
        pass

    monkeypatch.setattr(User, "login", refuse)
    transport = httpx.ASGITransport(create_app(replace(settings, rate_limits=True)))
    wrong = {"username": "admin", "password": "wrong"}
    async with httpx.AsyncClient(transport=transport, base_url="http://shop.test") as client:
        tries = [await client.post("/admin/public/login/", json=wrong) for _ in range(11)]
    assert [answer.status_code for answer in tries] == [401] * 10 + [429]
    assert int(tries[-1].headers["retry-after"]) > 0


@pytest.mark.parametrize("planted", ["aaaa", "a" * 48, ""])
async def test_a_planted_pair_of_cookie_and_header_is_refused(
    staff: httpx.AsyncClient, cast: Cast, planted: str
) -> None:
    product = await make_product(price=1_000)
    staff.cookies.clear()
    staff.cookies.set("id", await session_of(cast.admin))
    staff.cookies.set("csrftoken", planted)
    for path, method in [(f"tables/products/{product}/", "PATCH"), ("media/", "POST")]:
        answer = await staff.request(
            method, f"/admin/api/{path}", json={"price": 1}, headers={"X-CSRFToken": planted}
        )
        assert answer.status_code == 403
        assert answer.json()["type"] == "/problems/csrf-failed"


async def test_the_proof_of_another_session_is_refused(
    staff: httpx.AsyncClient, clerk: httpx.AsyncClient
) -> None:
    headers = {"X-CSRFToken": clerk.headers["X-CSRFToken"]}
    assert (await staff.post("/admin/public/logout/", headers=headers)).status_code == 403


async def test_a_new_session_gets_a_new_proof(staff: httpx.AsyncClient, cast: Cast) -> None:
    old = staff.cookies["csrftoken"]
    assert "set-cookie" not in (await staff.get("/admin/api/user/")).headers
    staff.cookies.set("id", await session_of(cast.admin))
    assert "set-cookie" in (await staff.get("/admin/api/user/")).headers
    new = staff.cookies["csrftoken"]
    assert new != old
    answer = await staff.post("/admin/public/logout/", headers={"X-CSRFToken": new})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("base_url", "origin"),
    [("http://shop.test", "https://shop.test"), ("https://shop.test", "http://shop.test")],
)
async def test_a_page_of_the_other_scheme_is_another_site(
    app: Litestar, cast: Cast, base_url: str, origin: str
) -> None:
    cookies = {"id": await session_of(cast.admin)}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=base_url, cookies=cookies) as client:
        await client.get("/admin/")
        token = client.cookies["csrftoken"]
        for path, header in [("/admin/public/logout/", "X-CSRFToken"), ("/logout", "X-CSRF-Token")]:
            answer = await client.post(path, headers={header: token, "origin": origin})
            assert answer.status_code == 403
            answer = await client.post(path, headers={header: token, "origin": base_url})
            assert answer.status_code < 400
            client.cookies.set("id", await session_of(cast.admin))
            await client.get("/admin/")
            token = client.cookies["csrftoken"]
