"""A database that takes no writes, as a standby or a demoted primary: 503, and not ready."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.database import DB
from tests.cast import Cast, SignedIn, make_product
from tests.unit.admin.conftest import AdminPage
from tests.unit.standby import new_sessions_read_only
from tests.unit.web.helpers import SHOP, assert_problem, browser_of, contents, session_of

pytestmark = pytest.mark.committed


@pytest.fixture
async def product(cast: Cast) -> int:
    return await make_product()


@pytest.fixture
async def browser(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    async with browser_of(app, cast.alice, "alice") as client:
        yield client


@pytest.fixture
async def staff(app: Litestar, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    cookies = {"id": await session_of(cast.admin)}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with AdminPage(transport=transport, base_url=SHOP, cookies=cookies) as client:
        await client.get("/admin/")
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        yield client


@pytest.fixture
async def read_only(
    product: int, browser: SignedIn, staff: httpx.AsyncClient, database_url: str
) -> AsyncIterator[None]:
    """The database, after everything else was made."""
    assert DB.pool is not None
    async with new_sessions_read_only(database_url):
        await DB.pool.expire_connections()
        yield
    await DB.pool.expire_connections()


API: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/api/v1/products/{}/likes", {}),
    ("DELETE", "/api/v1/products/{}/likes", {}),
    ("PUT", "/api/v1/cart/items/{}", {"json": {"quantity": 1}}),
    ("DELETE", "/api/v1/cart/items/{}", {}),
    ("POST", "/api/v1/orders", {"json": {"items": [{"product_id": 1, "quantity": 1}]}}),
]


@pytest.mark.parametrize(("method", "path", "options"), API)
async def test_the_api_gets_retry_after(
    product: int,
    alice: httpx.AsyncClient,
    read_only: None,
    method: str,
    path: str,
    options: dict[str, Any],
) -> None:
    answer = await alice.request(method, path.format(product), **options)
    assert_problem(answer, 503, "unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_reading_goes_on(
    product: int, alice: httpx.AsyncClient, browser: SignedIn, read_only: None
) -> None:
    paths = (
        f"/api/v1/products/{product}",
        "/api/v1/points",
        "/",
        f"/products/{product}",
        "/points",
    )
    answers = [
        (await client.get(path)).status_code for client in (alice, browser) for path in paths
    ]
    assert answers == [200] * len(answers)


async def test_signing_in_is_refused_with_the_reason(
    guest: httpx.AsyncClient, read_only: None
) -> None:
    answer = await guest.post("/login", data={"username": "alice", "password": "correct-horse"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "set-cookie" not in answer.headers


PURCHASE = {"product_id": "1", "quantity": "1", "unit_price": "1000", "idempotency_key": "k"}
FORMS: list[tuple[str, dict[str, Any]]] = [
    ("/products/{}/likes", {}),
    ("/cart/items/{}", {"quantity": "1"}),
    (
        "/checkout",
        {"product_id": "1", "quantity": "1", "unit_price": "1000", "idempotency_key": "k"},
    ),
    ("/account/password", {"current_password": "correct-horse", "new_password": "cold winter sea"}),
]


@pytest.mark.parametrize(("path", "form"), FORMS)
async def test_a_browser_gets_an_error_page(
    product: int, browser: SignedIn, read_only: None, path: str, form: dict[str, str]
) -> None:
    proof = {"X-CSRF-Token": browser.csrf_token}
    answer = await browser.post(path.format(product), data=form, headers=proof)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "Traceback" not in answer.text


async def test_staff_get_retry_after(
    product: int, staff: httpx.AsyncClient, read_only: None
) -> None:
    reading = await staff.get(f"/admin/api/tables/products/{product}/")
    assert reading.status_code == 200
    before = await contents()
    writes = [
        await staff.patch(f"/admin/api/tables/products/{product}/", json={"price": 1}),
        await staff.post(
            "/admin/api/forms/receive-stock/",
            json={"product_id": product, "amount": 1, "reason": "delivery"},
        ),
    ]
    for answer in writes:
        assert answer.status_code == 503, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert int(answer.headers["retry-after"]) > 0
    assert await contents() == before


async def test_it_is_logged_in_a_line_without_a_trace(
    product: int,
    alice: httpx.AsyncClient,
    staff: httpx.AsyncClient,
    read_only: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await alice.post(f"/api/v1/products/{product}/likes")
    await staff.patch(f"/admin/api/tables/products/{product}/", json={"price": 1})
    failures = [record for record in caplog.records if record.levelname == "ERROR"]
    assert [record for record in failures if record.exc_info] == []
    assert len(failures) == 2


async def test_it_is_not_ready(guest: httpx.AsyncClient, read_only: None) -> None:
    answer = await guest.get("/readyz")
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


async def test_a_demoted_primary_is_left_for_its_successor(
    product: int, alice: httpx.AsyncClient, database_url: str
) -> None:
    """The old connections stay what they are; new ones can write."""
    assert DB.pool is not None
    async with new_sessions_read_only(database_url):
        await DB.pool.expire_connections()
        held = [await DB.pool.acquire() for _ in range(DB.pool.get_max_size())]
        for connection in held:
            await DB.pool.release(connection)
    like = f"/api/v1/products/{product}/likes"
    assert (await alice.post(like)).status_code == 503
    answers = [(await alice.post(like)).status_code for _ in held]
    assert answers == [200] * len(held)


async def test_a_readiness_check_leaves_a_demoted_primary(
    guest: httpx.AsyncClient, cast: Cast, database_url: str
) -> None:
    assert DB.pool is not None
    async with new_sessions_read_only(database_url):
        await DB.pool.expire_connections()
        assert (await guest.get("/readyz")).status_code == 503
    answers = [(await guest.get("/readyz")).status_code for _ in range(2)]
    assert answers[-1] == 200
