"""A write with a session cookie needs the proof that one of our pages sent it."""

import html
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.cast import PASSWORD, Cast, SignedIn, make_product
from tests.unit.web.helpers import (
    FORM,
    SHOP,
    assert_problem,
    browser_of,
    client_of,
    contents,
    csrf_of,
)

WRITES: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/products/{id}/likes", {"data": {"liked": "true"}}),
    ("POST", "/cart/items", {"data": {"product_id": "{id}", "quantity": "1"}}),
    ("POST", "/cart/items/{id}", {"data": {"quantity": "2"}}),
    ("POST", "/checkout", {"data": {"product_id": "{id}", "quantity": "1", "unit_price": "1000"}}),
    ("POST", "/orders/1/cancel", {"data": {}}),
    ("POST", "/account/password", {"data": {"current_password": PASSWORD}}),
    ("POST", "/logout", {"data": {}}),
    ("POST", "/language", {"data": {"language": "en"}}),
    ("POST", "/api/v1/products/{id}/likes", {}),
    ("DELETE", "/api/v1/products/{id}/likes", {}),
    ("PUT", "/api/v1/cart/items/{id}", {"json": {"quantity": 1}}),
    ("DELETE", "/api/v1/cart/items/{id}", {}),
    ("POST", "/api/v1/orders", {"json": {"items": [{"product_id": 1, "quantity": 1}]}}),
    ("POST", "/api/v1/orders/1/cancel", {}),
]
# A signed-in user is redirected by these, with any token; a request from another site is refused.
SIGN_INS: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/login", {"data": {"username": "bob", "password": PASSWORD}}),
    ("POST", "/signup", {"data": {"username": "carol", "password": PASSWORD}}),
    ("POST", "/login/forget", {"data": {}}),
]
each_write = pytest.mark.parametrize(
    ("method", "path", "body"), WRITES, ids=[f"{method} {path}" for method, path, _ in WRITES]
)


async def refused(client: httpx.AsyncClient, method: str, path: str, **options: Any) -> None:
    """The write gets 403, in the form that its address speaks, and nothing is written."""
    before = await contents()
    answer = await client.request(method, path, **options)
    assert answer.status_code == 403, answer.text
    if path.startswith("/api/"):
        assert_problem(answer, 403, "csrf-failed")
    assert "set-cookie" not in answer.headers
    assert await contents() == before


@each_write
async def test_a_write_without_a_token_is_refused(
    browser: SignedIn, method: str, path: str, body: dict[str, Any]
) -> None:
    await refused(browser, method, path.format(id=await make_product()), **body)


@pytest.mark.parametrize(("method", "path", "body"), [*WRITES, *SIGN_INS])
async def test_a_write_from_another_site_is_refused_token_or_not(
    browser: SignedIn, method: str, path: str, body: dict[str, Any]
) -> None:
    headers = {"X-CSRF-Token": browser.csrf_token, "Sec-Fetch-Site": "cross-site"}
    path = path.format(id=await make_product())
    await refused(browser, method, path, headers=headers, **body)


def wrong_tokens(token: str) -> dict[str, bytes]:
    return {
        "empty": b"",
        "garbage": b"garbage",
        "another": ("0" * 48).encode(),
        "cut": token[:-1].encode(),
        "longer": f"{token}0".encode(),
        "other salt": (("1" if token[0] == "0" else "0") + token[1:]).encode(),
        "other proof": (token[:-1] + ("1" if token[-1] == "0" else "0")).encode(),
        "salt alone": token[:16].encode(),
        "not ASCII": "토큰".encode(),
        "bytes": b"\xff\xfe\x00"[:2] + token.encode(),
        "huge": b"x" * 50_000,
    }


KINDS = sorted(wrong_tokens("0" * 48))


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_token_in_the_header_is_refused(browser: SignedIn, kind: str) -> None:
    headers = [(b"x-csrf-token", wrong_tokens(browser.csrf_token)[kind])]
    product = await make_product()
    await refused(browser, "POST", f"/api/v1/products/{product}/likes", headers=headers)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_wrong_token_in_the_form_is_refused(browser: SignedIn, kind: str) -> None:
    body = b"_csrf_token=" + wrong_tokens(browser.csrf_token)[kind] + b"&liked=true"
    product = await make_product()
    await refused(browser, "POST", f"/products/{product}/likes", content=body, headers=FORM)


async def test_a_file_for_a_token_is_refused(browser: SignedIn) -> None:
    files = {"_csrf_token": ("token.txt", browser.csrf_token.encode())}
    await refused(browser, "POST", f"/products/{await make_product()}/likes", files=files)


@pytest.mark.parametrize("kind", ["multipart/form-data", "multipart/form-data; boundary=x"])
async def test_an_unreadable_form_is_refused(browser: SignedIn, kind: str) -> None:
    before = await contents()
    product = await make_product()
    before = await contents()
    answer = await browser.post(
        f"/products/{product}/likes", content=b"garbage", headers={"content-type": kind}
    )
    assert answer.status_code in (400, 403)
    assert await contents() == before


async def test_a_token_in_the_address_is_no_token(browser: SignedIn) -> None:
    path = f"/products/{await make_product()}/likes?_csrf_token={browser.csrf_token}"
    await refused(browser, "POST", path, data={"liked": "true"})


async def test_another_sessions_token_is_refused(
    app: Litestar, browser: SignedIn, cast: Cast
) -> None:
    async with browser_of(app, cast.bob, "bob") as bob:
        headers = {"X-CSRF-Token": bob.csrf_token}
    product = await make_product()
    await refused(browser, "POST", f"/api/v1/products/{product}/likes", headers=headers)


async def test_the_token_of_the_same_users_other_browser_is_refused(
    app: Litestar, browser: SignedIn, cast: Cast
) -> None:
    async with browser_of(app, cast.alice, "alice") as other:
        headers = {"X-CSRF-Token": other.csrf_token}
    product = await make_product()
    await refused(browser, "POST", f"/api/v1/products/{product}/likes", headers=headers)


async def test_the_token_of_a_page_works_in_a_form(browser: SignedIn) -> None:
    product = await make_product()
    token = csrf_of((await browser.get(f"/products/{product}")).text)
    form = {"_csrf_token": token, "liked": "true"}
    assert (await browser.post(f"/products/{product}/likes", data=form)).status_code == 303
    assert (await browser.get(f"/api/v1/products/{product}")).json()["liked"]


async def test_a_multipart_form_is_refused(browser: SignedIn) -> None:
    form = {"_csrf_token": browser.csrf_token}
    browser.headers.pop("X-CSRF-Token", None)
    answer = await browser.post("/logout", data=form, files={"x": ("x.txt", b"x")})
    assert answer.status_code == 403


async def test_the_token_of_a_page_works_in_the_header(browser: SignedIn) -> None:
    product = await make_product()
    headers = {"X-CSRF-Token": browser.csrf_token}
    url = f"/api/v1/products/{product}/likes"
    assert (await browser.post(url, headers=headers)).json()["liked"]


async def test_the_token_differs_on_every_page(browser: SignedIn) -> None:
    first, second = [csrf_of((await browser.get("/account")).text) for _ in range(2)]
    assert first != second
    for token in (first, second):
        answer = await browser.post("/language", data={"language": "en", "_csrf_token": token})
        assert answer.status_code == 303


async def test_a_page_for_a_guest_holds_no_token(guest: httpx.AsyncClient) -> None:
    assert "_csrf_token" not in (await guest.get("/login")).text


async def test_a_write_by_header_needs_no_token(alice: httpx.AsyncClient) -> None:
    product = await make_product()
    assert (await alice.post(f"/api/v1/products/{product}/likes")).status_code == 200
    assert (await alice.post(f"/products/{product}/likes")).status_code == 303


async def test_reading_needs_no_token(browser: SignedIn) -> None:
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.test"}
    assert (await browser.get("/", headers=headers)).status_code == 200


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.test"},
    {"Origin": "null"},
    {"Origin": "http://shop.test.evil.test"},
    {"Origin": "http://shop.test:8080"},
    {"Origin": "shop.test"},
    {"Origin": ""},
]


@pytest.mark.parametrize("headers", ELSEWHERE, ids=str)
@pytest.mark.parametrize("path", ["/login", "/signup"])
async def test_another_site_cannot_sign_a_guest_in(
    guest: httpx.AsyncClient, path: str, headers: dict[str, str]
) -> None:
    form = {"username": "alice", "password": PASSWORD}
    await refused(guest, "POST", path, data=form, headers=headers)


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_a_guest_signs_in_from_the_shops_pages(
    app: Litestar, cast: Cast, scheme: str
) -> None:
    own = f"{scheme}://shop.test"
    async with client_of(app, url=own) as guest:
        headers = {"Origin": own, "Sec-Fetch-Site": "same-origin"}
        form = {"username": "alice", "password": PASSWORD}
        assert (await guest.post("/login", data=form, headers=headers)).status_code == 303


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
async def test_an_expired_form_leads_back_to_its_page(
    browser: SignedIn, headers: dict[str, str]
) -> None:
    """As from a tab opened before signing in again: the reloaded page has the right token."""
    page = f"/checkout?product_id={await make_product()}&quantity=1&key=k1"
    headers = {**headers, "Referer": SHOP + page, "HX-Current-URL": SHOP + page}
    answer = await browser.post("/checkout", data={"_csrf_token": "old"}, headers=headers)
    assert answer.status_code == 403
    assert f'href="{page}"' in html.unescape(answer.text)


async def test_a_forged_form_leads_to_no_page_of_its_site(browser: SignedIn) -> None:
    headers = {"Referer": "https://evil.test/trap", "Sec-Fetch-Site": "cross-site"}
    answer = await browser.post("/cart/items", data={"product_id": "1"}, headers=headers)
    assert answer.status_code == 403
    assert "evil.test" not in answer.text
