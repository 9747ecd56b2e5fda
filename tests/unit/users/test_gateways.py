"""Whose `X-USER-ID` is believed: by hops, by headers beside it, and by address. And /metrics."""

import dataclasses
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from litestar import Litestar

from app import create_app
from shop.query_log import recording
from shop.settings import Settings, load_settings
from tests.cast import Cast
from tests.unit.web.helpers import assert_problem, client_of

ME = "/api/v1/users/me"
LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))

# The default with the embedded database only.
SERVER = {"DATABASE_URL": "postgresql://shop@db.example/shop", "SHOP_SECRET": "s" * 32}

FORWARDING = [
    *("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port"),
    *("X-Forwarded-Prefix", "X-Forwarded-Server", "X-Forwarded", "Forwarded", "Forwarded-For"),
    *("Via", "X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP"),
    *("CF-Connecting-IP", "X-Envoy-External-Address", "X-Original-Forwarded-For", "CDN-Loop"),
]
FROM_BROWSERS = ["Origin", "Sec-Fetch-Site", "Sec-Fetch-Mode", "Sec-Fetch-Dest", "Sec-Fetch-User"]
LOCAL = [
    *("127.0.0.1", "127.8.9.10", "::1", "[::1]", "[::1]:80", "127.0.0.1:567", "0:0:0:0:0:0:0:1"),
    *("::ffff:127.0.0.1", "[::ffff:127.0.0.1]:80", "::ffff:7f00:1", "0.0.0.0", "::", "::1%lo"),
]


@asynccontextmanager
async def shop_with(settings: Settings, **changes: Any) -> AsyncIterator[Litestar]:
    app = create_app(dataclasses.replace(settings, **changes))
    try:
        yield app
    finally:
        await app.state.external.close()


@pytest.fixture(scope="module")
async def proxied(settings: Settings) -> AsyncIterator[Litestar]:
    """Behind proxies at 10.0.0.0/8; gateways and metrics: this machine and 192.0.2.7."""
    trusted = (*LOOPBACK, ip_network("192.0.2.7/32"), ip_network("2001:db8::7/128"))
    proxies = (ip_network("10.0.0.0/8"),)
    async with shop_with(
        settings, trusted_proxies=proxies, trusted_gateways=trusted, metrics_from=trusted
    ) as app:
        yield app


async def ask(app: Litestar, user_id: int, peer: str = "127.0.0.1", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client_of(app, peer) as client:
        return await client.get(ME, headers={"X-USER-ID": str(user_id), **named})


async def metrics_status(app: Litestar, peer: str = "127.0.0.1", **headers: str) -> int:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with client_of(app, peer) as client:
        return int((await client.get("/metrics", headers=named)).status_code)


@pytest.mark.parametrize("header", FORWARDING)
@pytest.mark.parametrize("value", ["127.0.0.1", "", "for=127.0.0.1"])
async def test_a_request_through_an_unknown_hop_is_refused(
    app: Litestar, cast: Cast, header: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert_problem(await ask(app, cast.alice, **{header: value}), 401, "untrusted-gateway")
    [line] = [record.getMessage() for record in caplog.records if record.name == "shop.security"]
    assert "gateway-refused" in line
    assert "127.0.0.1" in line


@pytest.mark.parametrize("header", FORWARDING)
async def test_a_request_through_an_unknown_hop_gets_no_metrics(app: Litestar, header: str) -> None:
    assert await metrics_status(app) == 200
    assert await metrics_status(app, **{header: "127.0.0.1"}) == 404


@pytest.mark.parametrize("header", FORWARDING)
async def test_headers_of_a_trusted_proxy_do_not_disqualify_the_gateway(
    proxied: Litestar, cast: Cast, header: str
) -> None:
    headers = {header: "x", "X-Forwarded-For": "192.0.2.7"}
    assert (await ask(proxied, cast.alice, "10.1.2.3", **headers)).status_code == 200
    assert await metrics_status(proxied, "10.1.2.3", **headers) == 200


@pytest.mark.parametrize("header", FROM_BROWSERS)
@pytest.mark.parametrize("value", ["", "null", "none", "same-origin", "http://shop.test"])
async def test_a_browser_is_no_gateway(
    app: Litestar, cast: Cast, header: str, value: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert_problem(await ask(app, cast.alice, **{header: value}), 401, "untrusted-gateway")
    assert [record.name for record in caplog.records].count("shop.security") == 1


async def test_a_page_of_another_site_buys_nothing(app: Litestar, cast: Cast) -> None:
    headers = {"X-USER-ID": str(cast.alice), "Origin": "http://evil.example"}
    async with client_of(app) as client:
        answer = await client.post("/api/v1/orders", json={"items": []}, headers=headers)
    assert_problem(answer, 401, "untrusted-gateway")


@pytest.mark.parametrize("address", LOCAL)
async def test_a_forwarded_address_is_never_this_machine(
    proxied: Litestar, cast: Cast, address: str
) -> None:
    refused = await ask(proxied, cast.alice, "10.1.2.3", X_Forwarded_For=address)
    assert_problem(refused, 401, "untrusted-gateway")
    assert await metrics_status(proxied, "10.1.2.3", X_Forwarded_For=address) == 404


@pytest.fixture(scope="module", params=["0.0.0.0/0", "::/0"])
async def trusting(settings: Settings, request: pytest.FixtureRequest) -> AsyncIterator[Litestar]:
    """Behind proxies at 10.0.0.0/8, with gateways everywhere."""
    proxies, everybody = (ip_network("10.0.0.0/8"),), (ip_network(request.param),)
    async with shop_with(settings, trusted_proxies=proxies, trusted_gateways=everybody) as app:
        yield app


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "0.0.0.0", "::"])
async def test_a_forwarded_address_is_never_loopback_even_if_all_are_trusted(
    trusting: Litestar, cast: Cast, address: str
) -> None:
    answer = await ask(trusting, cast.alice, "10.1.2.3", X_Forwarded_For=address)
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "forwarded",
    [
        *("192.0.2.7", "192.0.2.7:567", "[2001:db8::7]", "[2001:db8::7]:80", "2001:db8::7"),
        *("::ffff:192.0.2.7", "203.0.113.9:1, 192.0.2.7:2", "192.0.2.7:1, 10.9.9.9:2"),
    ],
)
async def test_a_port_of_a_forwarded_address_does_not_count(
    proxied: Litestar, cast: Cast, forwarded: str
) -> None:
    answer = await ask(proxied, cast.alice, "10.1.2.3", X_Forwarded_For=forwarded)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "forwarded",
    [
        "192.0.2.7x",
        "192.0.2.7:x",
        "192.0.2.7:1:2",
        "[192.0.2.7",
        "unknown",
        "_hidden",
        "192.0.2.07",
    ],
)
async def test_an_invalid_address_is_ignored(proxied: Litestar, cast: Cast, forwarded: str) -> None:
    answer = await ask(proxied, cast.alice, "10.1.2.3", X_Forwarded_For=forwarded)
    assert answer.status_code == 401


# The default of trusted gateways.


@pytest.mark.parametrize(
    ("environ", "gateways"),
    [
        ({}, LOOPBACK),
        ({"SHOP_DEMO": "on"}, LOOPBACK),
        ({"SHOP_DEMO": "off"}, ()),
        ({"SHOP_HTTPS": "on"}, ()),
        (SERVER, ()),
        (SERVER | {"SHOP_DEMO": "on"}, ()),
        ({"SHOP_TRUSTED_GATEWAYS": ""}, ()),
        (SERVER | {"SHOP_TRUSTED_GATEWAYS": "127.0.0.1"}, (ip_network("127.0.0.1"),)),
        ({"SHOP_HTTPS": "on", "SHOP_TRUSTED_GATEWAYS": "::1"}, (ip_network("::1"),)),
    ],
)
def test_this_machine_is_trusted_in_the_demo_alone(
    tmp_path: Path, environ: dict[str, str], gateways: object
) -> None:
    settings = load_settings(environ | {"SHOP_DATA_DIR": str(tmp_path)})
    assert settings.trusted_gateways == gateways


@pytest.mark.parametrize(
    ("environ", "networks"),
    [
        ({}, LOOPBACK),
        (SERVER, LOOPBACK),
        ({"SHOP_HTTPS": "on"}, ()),
        (SERVER | {"SHOP_HTTPS": "on"}, ()),
        ({"SHOP_HTTPS": "on", "SHOP_METRICS_FROM": "::1"}, (ip_network("::1"),)),
        ({"SHOP_METRICS_FROM": ""}, ()),
    ],
)
def test_this_machine_reads_metrics_unless_a_proxy_is_in_front(
    tmp_path: Path, environ: dict[str, str], networks: object
) -> None:
    assert load_settings(environ | {"SHOP_DATA_DIR": str(tmp_path)}).metrics_from == networks


# Where the header holds names.


@pytest.fixture(scope="module")
async def by_name(settings: Settings) -> AsyncIterator[Litestar]:
    async with shop_with(settings, user_id="username") as app:
        yield app


@pytest.mark.parametrize("name", ["alice", "Alice", "ALICE"])
async def test_the_header_may_hold_the_name(by_name: Litestar, cast: Cast, name: str) -> None:
    async with client_of(by_name) as client:
        answer = await client.get(ME, headers={"X-USER-ID": name})
    assert (answer.status_code, answer.json()["id"]) == (200, cast.alice)


@pytest.mark.committed
async def test_a_name_is_looked_up_in_the_query_for_what_a_page_needs(
    by_name: Litestar, cast: Cast
) -> None:
    async with client_of(by_name, headers={"X-USER-ID": "alice"}) as client:
        await client.get("/api/v1/products")
        with recording() as log:
            await client.get("/api/v1/products")
    assert log.sent == 1


@pytest.mark.parametrize(
    "name",
    ["", "{id}", "nobody", " alice", "alice ", "alice,bob", "al%ice", "alice\x7f", "a" * 5_000],
)
async def test_an_unknown_name_is_refused(by_name: Litestar, cast: Cast, name: str) -> None:
    headers = {b"X-USER-ID": name.format(id=cast.alice).encode()}
    async with client_of(by_name) as client:
        assert_problem(await client.get(ME, headers=headers), 401, "not-signed-in")


async def test_a_repeated_name_is_refused(by_name: Litestar, cast: Cast) -> None:
    async with client_of(by_name) as client:
        answer = await client.get(ME, headers=[("X-USER-ID", "alice")] * 2)
    assert_problem(answer, 401, "not-signed-in")


async def test_a_name_is_no_number(app: Litestar, cast: Cast) -> None:
    async with client_of(app) as client:
        answer = await client.get(ME, headers={"X-USER-ID": "alice"})
    assert_problem(answer, 401, "not-signed-in")
