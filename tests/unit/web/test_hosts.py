"""Which hosts the shop accepts: SHOP_HOSTS, and valid Host headers."""

import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.settings import Settings, SettingsError, load_settings
from shop.settings.hosts import LOOPBACK_NAMES, is_loopback
from tests.cast import Cast
from tests.unit.web.helpers import assert_problem, client_of

ADDRESSES = [
    *("/", "/login", "/sitemap.xml", "/robots.txt", "/docs", "/metrics", "/admin/", "/nowhere"),
    *("/static/no.css", "/media/no.svg", "/api/v1/products", "/api/nowhere"),
]
FOREIGN = [
    *(b"evil.test", b"shop.test.evil.test", b"evil.test:8000", b"shop.testevil", b"127.0.0.1"),
    *(b"localhost", b"[::1]", b"sub.shop.test", b"0.0.0.0"),
]
MALFORMED = [
    *(b"", b" ", b"/", b"@", b"[", b"[::1", b"shop.test:x", b"shop.test:1:2", b"a b", b"\xff"),
    *(
        b"user@shop.test",
        b"shop.test/x",
        b"shop.test, shop.test",
        b"http://shop.test",
        b"shop.test\t",
    ),
    *(
        b"shop.test..",
        b".",
        "쇼핑.test".encode(),
        b"shop.test#",
        b"shop.test:123456",
        b"a" * 60_000,
    ),
]


async def ask(app: Litestar, *hosts: bytes, path: str = "/", method: str = "GET") -> Any:
    """Called as by a server, with these Host headers only."""
    messages: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        messages.append(message)

    scope: Any = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1"}
    scope |= {"method": method, "path": path, "raw_path": path.encode(), "query_string": b""}
    scope |= {"root_path": "", "scheme": "http", "client": ("127.0.0.1", 1), "server": None}
    await app(scope | {"headers": [(b"host", host) for host in hosts]}, receive, send)
    headers = [(name.decode(), value.decode()) for name, value in messages[0]["headers"]]
    body = b"".join(message.get("body", b"") for message in messages[1:])
    request = httpx.Request(method, f"http://shop.test{path}")
    return httpx.Response(messages[0]["status"], headers=headers, content=body, request=request)


@pytest.mark.parametrize(
    "host",
    [b"shop.test", b"SHOP.Test", b"shop.test.", b"shop.test:8000", b"Shop.test.:80", b"shop.test:"],
)
async def test_a_known_host_is_served(app: Litestar, cast: Cast, host: bytes) -> None:
    assert (await ask(app, host)).status_code == 200


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
async def test_another_host_is_refused_everywhere(app: Litestar, path: str, method: str) -> None:
    answer = await ask(app, b"evil.test", path=path, method=method)
    assert answer.status_code == 400
    assert "evil.test" not in answer.text + str(answer.headers)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("host", [*FOREIGN, *MALFORMED])
@pytest.mark.parametrize("path", ["/", "/api/v1/products"])
async def test_unknown_and_malformed_hosts_are_refused(
    app: Litestar, host: bytes, path: str
) -> None:
    assert (await ask(app, host, path=path)).status_code == 400


@pytest.mark.parametrize(
    "hosts", [[], [b"shop.test"] * 2, [b"shop.test", b"evil.test"], [b"", b"shop.test"]]
)
async def test_no_host_and_two_are_refused(app: Litestar, hosts: list[bytes]) -> None:
    assert_problem(await ask(app, *hosts, path="/api/v1/products"), 400, "unknown-host")


async def test_a_refusal_is_a_page_in_the_language_of_its_reader(app: Litestar) -> None:
    async with client_of(app, url="http://evil.test") as client:
        english = await client.get("/", headers={"Accept-Language": "en"})
        korean = await client.get("/", headers={"Accept-Language": "ko"})
    assert english.headers["content-type"].startswith("text/plain")
    assert "SHOP_HOSTS" in english.text
    assert "호스트" in korean.text


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
@pytest.mark.parametrize("host", [b"10.1.2.3:8000", b"node-7", b""])
async def test_a_health_check_may_use_any_address(app: Litestar, path: str, host: bytes) -> None:
    assert (await ask(app, host, path=path)).status_code in (200, 503)
    assert (await ask(app, path=path)).status_code in (200, 503)


async def test_a_page_of_another_name_buys_nothing(app: Litestar, cast: Cast) -> None:
    """DNS rebinding: the browser takes this shop for the page's own site, and sends no Origin."""
    async with client_of(app, url="http://rebind.example:8000") as page:
        answer = await page.get("/api/v1/points", headers={"X-USER-ID": str(cast.alice)})
    assert_problem(answer, 400, "unknown-host")


# Which hosts these are.


@pytest.mark.parametrize(
    ("environ", "hosts"),
    [
        ({}, LOOPBACK_NAMES),
        ({"SHOP_HOST": "127.0.0.2"}, LOOPBACK_NAMES | {"127.0.0.2"}),
        ({"SHOP_HOST": "Shop.Example"}, LOOPBACK_NAMES | {"shop.example"}),
        ({"SHOP_PUBLIC_URL": "https://Shop.Example:8443"}, LOOPBACK_NAMES | {"shop.example"}),
        ({"SHOP_PUBLIC_URL": "https://[2001:DB8::0:1]"}, LOOPBACK_NAMES | {"2001:db8::1"}),
        ({"SHOP_HOST": "0.0.0.0"}, None),
        ({"SHOP_HOST": "::"}, None),
        ({"SHOP_HOST": "0"}, None),
        (
            {"SHOP_HOST": "0.0.0.0", "SHOP_PUBLIC_URL": "https://shop.example"},
            LOOPBACK_NAMES | {"shop.example"},
        ),
        ({"SHOP_HOST": "0.0.0.0", "SHOP_HOSTS": "a.example"}, {"a.example"}),
        (
            {"SHOP_HOSTS": "A.example., [2001:DB8::0:1] ,10.0.0.1"},
            {"a.example", "2001:db8::1", "10.0.0.1"},
        ),
    ],
)
def test_hosts_are_those_of_the_settings(
    tmp_path: Path, environ: dict[str, str], hosts: object
) -> None:
    assert load_settings(environ | {"SHOP_DATA_DIR": str(tmp_path)}).hosts == hosts


@pytest.mark.parametrize(
    "text", ["", ",", "a,,b", "shop.example:80", "https://shop.example", "*.a", "*"]
)
def test_an_invalid_list_of_hosts_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(SettingsError, match="SHOP_HOSTS"):
        load_settings({"SHOP_HOSTS": text, "SHOP_DATA_DIR": str(tmp_path)})


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        *((name, True) for name in ("127.0.0.1", "127.8.9.10", "127.1", "::1", "localhost")),
        *((name, False) for name in ("0.0.0.0", "::", "0", "10.0.0.1", "shop.example", "node-7")),
    ],
)
def test_loopback_addresses_are_recognised(host: str, loopback: bool) -> None:
    assert is_loopback(host) == loopback


@pytest.fixture(scope="module")
async def everywhere(settings: Settings) -> AsyncIterator[Litestar]:
    app = create_app(dataclasses.replace(settings, hosts=None))
    yield app
    await app.state.external.close()


@pytest.mark.parametrize("host", [*FOREIGN, b"shop.test"])
async def test_any_host_is_accepted_when_none_is_configured(
    everywhere: Litestar, cast: Cast, host: bytes
) -> None:
    assert (await ask(everywhere, host)).status_code == 200


@pytest.mark.parametrize("host", MALFORMED)
async def test_even_then_the_host_must_be_valid(everywhere: Litestar, host: bytes) -> None:
    assert (await ask(everywhere, host)).status_code == 400
    assert (await ask(everywhere, b"shop.test", host)).status_code == 400
    assert (await ask(everywhere)).status_code == 400
