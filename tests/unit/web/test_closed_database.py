"""A database that does not respond: 503 until it responds again, without details."""

import logging
import socket
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from shop.database import DB
from shop.logs import LineFormatter
from tests.cast import Cast, SignedIn, make_product
from tests.unit.web.helpers import HTMX, assert_problem, browser_of, contents

pytestmark = pytest.mark.committed


@pytest.fixture
async def product(cast: Cast) -> int:
    return await make_product()


@pytest.fixture
async def browser(app: Any, cast: Cast) -> AsyncIterator[SignedIn]:
    async with browser_of(app, cast.alice, "alice") as client:
        yield client


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def pool_to_nowhere() -> Any:
    url = f"postgresql://shop@127.0.0.1:{free_port()}/shop"
    return await asyncpg.create_pool(url, min_size=0, max_size=2)


async def closed_pool() -> Any:
    pool = await pool_to_nowhere()
    await pool.close()
    return pool


@pytest.fixture(params=[pool_to_nowhere, closed_pool], ids=["nobody listens", "closed"])
async def away(
    request: pytest.FixtureRequest, product: int, browser: SignedIn
) -> AsyncIterator[None]:
    """Makes the database unavailable, after all other fixtures."""
    there, DB.pool = DB.pool, await request.param()
    try:
        yield
    finally:
        await DB.pool.close()
        DB.pool = there


API: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/v1/products", {}),
    ("GET", "/api/v1/products/{}", {}),
    ("GET", "/api/v1/users/me", {}),
    ("GET", "/api/v1/points", {}),
    ("POST", "/api/v1/products/{}/likes", {}),
    ("PUT", "/api/v1/cart/items/{}", {"json": {"quantity": 1}}),
    ("POST", "/api/v1/orders", {"json": {"items": [{"product_id": 1, "quantity": 1}]}}),
]


@pytest.mark.parametrize(("method", "path", "options"), API)
async def test_the_api_gets_retry_after(
    product: int,
    alice: httpx.AsyncClient,
    away: None,
    method: str,
    path: str,
    options: dict[str, Any],
) -> None:
    answer = await alice.request(method, path.format(product), **options)
    assert_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0
    assert "127.0.0.1" not in answer.text


PAGES = ["/", "/products/{}", "/cart", "/checkout", "/orders", "/points", "/account", "/login"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_browser_gets_an_error_page(
    product: int, browser: SignedIn, away: None, path: str, headers: dict[str, str]
) -> None:
    answer = await browser.get(path.format(product), headers=headers)
    assert answer.status_code == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert int(answer.headers["retry-after"]) > 0
    assert "Traceback" not in answer.text
    assert "127.0.0.1" not in answer.text


@pytest.mark.parametrize("path", ["/", "/products/{}"])
async def test_a_guest_gets_an_error_page(
    product: int, guest: httpx.AsyncClient, away: None, path: str
) -> None:
    assert (await guest.get(path.format(product))).status_code == 503


async def test_signing_in_is_refused_with_the_reason(guest: httpx.AsyncClient, away: None) -> None:
    answer = await guest.post("/login", data={"username": "alice", "password": "correct-horse"})
    assert answer.status_code == 503
    assert "set-cookie" not in answer.headers


async def test_no_log_line_has_the_link_that_sets_a_password(
    guest: httpx.AsyncClient, away: None, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="shop")
    for method in ("GET", "POST"):
        assert (await guest.request(method, "/password/1-secret")).status_code == 503
    lines = [LineFormatter().format(record) for record in caplog.records]
    failed = [line for line in lines if "event='request-failed'" in line]
    assert len(failed) == 2
    assert all("path='/password/{token}'" in line for line in failed)
    assert "1-secret" not in "".join(lines)


async def test_a_shop_without_a_database_is_live_but_not_ready(
    guest: httpx.AsyncClient, away: None
) -> None:
    assert (await guest.get("/healthz")).status_code == 200
    answer = await guest.get("/readyz")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_static_files_need_no_database(guest: httpx.AsyncClient, away: None) -> None:
    for path in ("/login", "/signup", "/static/css/base.css", "/docs"):
        assert (await guest.get(path)).status_code == 200
    assert (await guest.get("/nowhere")).status_code == 404


async def test_a_shop_with_its_database_is_ready(guest: httpx.AsyncClient) -> None:
    assert (await guest.get("/readyz")).status_code == 200


async def test_a_shop_with_an_old_schema_is_not_ready(guest: httpx.AsyncClient) -> None:
    rename = "UPDATE migration SET app_name = '{}' WHERE app_name = '{}'"
    await DB._run_in_pool(rename.format("away", "shop"))
    try:
        assert (await guest.get("/readyz")).status_code == 503
    finally:
        await DB._run_in_pool(rename.format("shop", "away"))


async def test_the_shop_recovers_with_its_database(product: int, alice: httpx.AsyncClient) -> None:
    before = await contents()
    there, DB.pool = DB.pool, await closed_pool()
    try:
        assert (await alice.post(f"/api/v1/products/{product}/likes")).status_code == 503
    finally:
        DB.pool = there
    assert await contents() == before
    assert (await alice.post(f"/api/v1/products/{product}/likes")).json()["like_count"] == 1
