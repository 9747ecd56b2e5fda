"""Headers of every response, and responses to HEAD, OPTIONS and wrong methods."""

from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from prometheus_client import REGISTRY

from shop.catalogue.repository import ShelfRepository
from shop.settings import Settings
from tests.cast import Cast, make_product, sign_in
from tests.unit.web.helpers import assert_problem, client_of

PICTURE = "test-picture.svg"


@pytest.fixture
def picture(settings: Settings) -> str:
    folder = Path(settings.data_dir) / "media"
    folder.mkdir(exist_ok=True)
    (folder / PICTURE).write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    return f"/media/{PICTURE}"


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop whose catalogue fails with an unexpected error."""

    async def fail(*_: object) -> None:
        raise RuntimeError("secret detail of ours")

    monkeypatch.setattr(ShelfRepository, "shelf", fail)


def policy_of(answer: httpx.Response) -> dict[str, str]:
    parts = answer.headers["content-security-policy"].split(";")
    return {part.split()[0]: part.strip().partition(" ")[2] for part in parts}


def assert_guarded(answer: httpx.Response) -> None:
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer", "strict-origin")
    assert answer.headers["x-frame-options"] == "DENY"
    assert "permissions-policy" in answer.headers
    assert "cache-control" in answer.headers
    assert "server" not in answer.headers
    assert policy_of(answer)["frame-ancestors"] == "'none'"
    policy = policy_of(answer)
    assert policy["default-src"] in ("'none'", "'self'")
    assert policy.get("object-src", policy["default-src"]) == "'none'"
    assert policy["base-uri"] == "'none'"


def assert_strict(answer: httpx.Response) -> None:
    """The policy of the shop's own pages: its own files, and nothing inline."""
    assert_guarded(answer)
    policy = policy_of(answer)
    assert policy["default-src"] == "'none'"
    assert policy["form-action"] == "'self'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "http" not in answer.headers["content-security-policy"]
    assert "*" not in answer.headers["content-security-policy"]


EVERYTHING = [
    ("GET", "/", 200),
    ("GET", "/login", 200),
    ("GET", "/docs", 200),
    ("GET", "/docs/openapi.json", 200),
    ("GET", "/api/v1/products", 200),
    ("GET", "/healthz", 200),
    ("GET", "/static/css/base.css", 200),
    ("OPTIONS", "/", 204),
    ("HEAD", "/", 200),
    ("GET", "/orders", 303),
    ("POST", "/products/1/likes", 303),
    ("POST", "/login", 401),
    ("GET", "/api/v1/cart", 401),
    ("GET", "/?sort=x", 400),
    ("GET", "/api/v1/products?sort=x", 400),
    ("GET", "/nowhere", 404),
    ("GET", "/api/nowhere", 404),
    ("GET", "/static/nowhere.css", 404),
    ("GET", "/api/v1/products/987654321", 404),
    ("POST", "/", 405),
    ("DELETE", "/api/v1/products", 405),
    ("BREW", "/", 405),
    ("TRACE", "/", 405),
]


@pytest.mark.parametrize(("method", "path", "status"), EVERYTHING)
async def test_every_response_has_security_headers(
    guest: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await guest.request(method, path)
    assert answer.status_code == status
    assert_strict(answer)


async def test_a_too_large_body_is_refused_with_security_headers(
    guest: httpx.AsyncClient,
) -> None:
    answer = await guest.post("/login", data={"username": "x" * 200_000})
    assert answer.status_code == 413
    assert_strict(answer)


async def test_a_refused_forgery_has_security_headers(guest: httpx.AsyncClient) -> None:
    answer = await guest.post("/login", headers={"Origin": "https://evil.test"})
    assert answer.status_code == 403
    assert_strict(answer)


async def test_a_picture_cannot_run_scripts(guest: httpx.AsyncClient, picture: str) -> None:
    answer = await guest.get(picture)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("image/svg+xml")
    assert_guarded(answer)
    policy = policy_of(answer)
    assert policy["default-src"] == "'none'"
    assert "sandbox" in policy
    assert "script-src" not in policy


async def test_a_picture_is_cached_by_browsers(guest: httpx.AsyncClient, picture: str) -> None:
    answer = await guest.get(picture)
    assert "immutable" in answer.headers["cache-control"]
    headers = {"If-None-Match": answer.headers["etag"]}
    again = await guest.get(picture, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert_guarded(again)


async def test_a_file_is_cached_by_browsers(guest: httpx.AsyncClient) -> None:
    page = (await guest.get("/")).text
    address = next(part for part in page.split('"') if part.startswith("/static/shop."))
    answer = await guest.get(address)
    assert answer.headers["content-type"].startswith("text/css")
    assert "immutable" in answer.headers["cache-control"]
    headers = {"If-None-Match": answer.headers["etag"]}
    again = await guest.get(address, headers=headers)
    assert (again.status_code, again.content) == (304, b"")


async def test_text_and_xml_state_their_encoding(guest: httpx.AsyncClient, picture: str) -> None:
    """OWASP ASVS 5.0, 4.1.1."""
    page = (await guest.get("/")).text
    files = {part for part in page.split('"') if part.startswith("/static/")}
    paths = ["/", "/login", "/healthz", "/robots.txt", "/sitemap.xml", "/nowhere", picture, *files]
    types = {path: (await guest.get(path)).headers["content-type"] for path in paths}
    texts = {path: it for path, it in types.items() if it.startswith("text/") or "xml" in it}
    assert len(texts) >= 10
    assert [path for path, it in texts.items() if not it.endswith("; charset=utf-8")] == []


async def test_a_file_of_another_version_is_not_cached_for_long(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/static/css/base.000000000000.css")
    assert "immutable" not in answer.headers["cache-control"]


async def test_the_admin_has_security_headers(guest: httpx.AsyncClient) -> None:
    assert_guarded(await guest.get("/admin/"))


async def test_strict_transport_security_is_sent(app: Litestar, cast: Cast) -> None:
    async with client_of(app, url="https://shop.test") as guest:
        assert "max-age=" in (await guest.get("/")).headers["strict-transport-security"]
    async with client_of(app) as guest:
        assert "strict-transport-security" not in (await guest.get("/")).headers


# Unexpected errors


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "htmx"])
async def test_an_unexpected_error_is_a_page_without_its_details(
    broken: None, guest: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await guest.get("/", headers=headers)
    assert answer.status_code == 500
    assert answer.headers["content-type"].startswith("text/html")
    for detail in ("Traceback", "RuntimeError", "secret detail", ".py"):
        assert detail not in answer.text
    assert_strict(answer)


async def test_an_unexpected_error_is_a_problem_without_its_details(
    broken: None, guest: httpx.AsyncClient
) -> None:
    answer = await guest.get("/api/v1/products")
    assert_problem(answer, 500, "unexpected")
    assert set(answer.json()) == {"type", "title", "status", "detail", "instance"}
    assert "secret detail" not in answer.text
    assert_strict(answer)


async def test_an_unexpected_error_is_logged_with_its_details(
    broken: None, guest: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    await guest.get("/")
    [record] = [record for record in caplog.records if record.levelname == "ERROR"]
    assert record.exc_info
    assert "secret detail" in caplog.text


# Which methods there are.


@pytest.mark.parametrize(
    "path", ["/", "/login", "/docs", "/healthz", "/static/css/base.css", "/api/v1/products"]
)
async def test_head_is_get_without_its_body(guest: httpx.AsyncClient, path: str) -> None:
    got, headed = await guest.get(path), await guest.head(path)
    assert headed.status_code == got.status_code == 200
    assert headed.content == b""
    for name in ("content-type", "cache-control", "content-length"):
        assert headed.headers.get(name) == got.headers.get(name)


async def test_the_shop_itself_sends_no_body_for_head(app: Litestar, cast: Cast) -> None:
    """Called without HTTP client or server, both of which would hide one."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "HEAD", "path": "/", "raw_path": b"/", "query_string": b""}
    scope |= {"headers": [(b"host", b"shop.test")], "scheme": "http", "client": ("127.0.0.1", 1)}
    await app(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 200
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b""
    assert scope["method"] == "HEAD"


@pytest.mark.parametrize("path", ["/points", "/nowhere", "/api/v1/cart"])
async def test_head_of_a_signed_in_user_has_the_headers_of_get(
    app: Litestar, cast: Cast, path: str
) -> None:
    async with sign_in(app, "alice") as alice:
        got, headed = await alice.get(path), await alice.head(path)
    assert headed.headers["cross-origin-opener-policy"] == "same-origin"
    assert headed.headers.keys() == got.headers.keys()


async def test_head_is_counted_for_its_route(app: Litestar, guest: httpx.AsyncClient) -> None:
    labels = {"method": "HEAD", "route": "/login", "status": "200"}
    before = REGISTRY.get_sample_value("shop_requests_total", labels) or 0
    await guest.head("/login")
    assert REGISTRY.get_sample_value("shop_requests_total", labels) == before + 1


@pytest.mark.parametrize(
    ("path", "status"), [("/nowhere", 404), ("/api/v1/cart", 401), ("/orders", 303)]
)
async def test_head_of_a_refusal_has_no_body(
    guest: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await guest.head(path)
    assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "/", {"GET"}),
        ("DELETE", "/cart", {"GET"}),
        ("GET", "/logout", {"POST"}),
        ("PUT", "/api/v1/products", {"GET"}),
        ("PATCH", "/api/v1/orders", {"GET", "POST"}),
        ("GET", "/api/v1/cart/items/1", {"PUT", "DELETE"}),
        ("GET", "/api/v1/products/1/likes", {"POST", "DELETE"}),
        ("POST", "/healthz", {"GET"}),
        ("POST", "/static/css/base.css", {"GET"}),
    ],
)
async def test_a_wrong_method_gets_an_allow_header(
    alice: httpx.AsyncClient, method: str, path: str, allowed: set[str]
) -> None:
    answer = await alice.request(method, path)
    assert answer.status_code == 405
    names = {name.strip() for name in answer.headers["allow"].split(",")}
    assert names - {"HEAD", "OPTIONS"} == allowed
    if path.startswith("/api/"):
        assert_problem(answer, 405, "method-not-allowed")


@pytest.mark.parametrize("path", ["/", "/orders", "/nowhere"])
async def test_the_page_that_opened_a_users_page_has_no_handle_to_it(
    alice: httpx.AsyncClient, path: str
) -> None:
    answer = await alice.get(path)
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


async def test_the_page_that_opened_the_administration_has_no_handle_to_it(
    app: Litestar, cast: Cast
) -> None:
    async with sign_in(app, "admin") as staff:
        answer = await staff.get("/admin/")
    assert answer.status_code == 200
    assert answer.headers["cross-origin-opener-policy"] == "same-origin"


async def test_a_guests_page_keeps_its_browser_process(guest: httpx.AsyncClient) -> None:
    assert "cross-origin-opener-policy" not in (await guest.get("/")).headers


async def test_no_other_site_can_read_responses(guest: httpx.AsyncClient) -> None:
    await make_product()
    headers = {"Origin": "https://evil.test"}
    answer = await guest.get("/api/v1/products", headers=headers)
    assert "access-control-allow-origin" not in answer.headers
