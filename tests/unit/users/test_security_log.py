"""Each event of the security log, provoked over HTTP, and that nothing sent can forge a line."""

import dataclasses
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.catalogue.service import CatalogueService
from shop.limits import service
from shop.logs import CONTINUED, LineFormatter
from shop.settings import Settings
from tests.cast import PASSWORD, Cast, SignedIn, make_product, make_user
from tests.unit.admin.conftest import AdminPage
from tests.unit.test_logs import FORGERIES
from tests.unit.users.factors import App, Clock, enrolled, second_factors
from tests.unit.web.helpers import SHOP, browser_of, client_of, session_of

Lines = Callable[[], list[str]]
CROSS_SITE = {"sec-fetch-site": "cross-site"}


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Lines:
    """The security log so far, without times."""
    caplog.set_level(logging.INFO, logger="shop")

    def written() -> list[str]:
        records = [record for record in caplog.records if record.name == "shop.security"]
        return [LineFormatter().format(record).partition(" ")[2] for record in records]

    return written


@asynccontextmanager
async def admin_page(app: Litestar, user_id: int) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    cookies = {"id": await session_of(user_id)}
    async with AdminPage(transport=transport, base_url=SHOP, cookies=cookies) as client:
        await client.get("/admin/")
        client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
        yield client


@pytest.fixture
async def staff(app: Litestar, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    async with admin_page(app, cast.admin) as client:
        yield client


def line(event: str, **fields: Any) -> str:
    named = {"event": event, **fields}
    return "INFO shop.security " + " ".join(f"{name}={value!r}" for name, value in named.items())


async def test_successful_and_failed_sign_ins(guest: httpx.AsyncClient, lines: Lines) -> None:
    await guest.post("/login", data={"username": " ALICE ", "password": "wrong-horse"})
    await guest.post("/login", data={"username": "alice", "password": PASSWORD})
    await guest.post("/admin/public/login/", json={"username": "admin", "password": "x"})
    address = "127.0.0.1"
    assert lines() == [
        line("sign-in-failed", user="alice", address=address),
        line("sign-in", user="alice", address=address),
        line("sign-in-failed", user="admin", address=address),
    ]


async def test_no_password_is_logged(
    guest: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await guest.post("/login", data={"username": "alice", "password": "wrong-horse-battery"})
    await guest.post("/login", data={"username": "alice", "password": PASSWORD})
    token = guest.cookies["id"]
    await guest.post("/checkout", data={"note": "secret-note"}, headers=CROSS_SITE)
    said = "\n".join(LineFormatter().format(record) for record in caplog.records)
    assert [word for word in ("wrong-horse", PASSWORD, token, "secret-note") if word in said] == []


async def test_too_many_tries(
    settings: Settings, cast: Cast, lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "SLOW_DOWN", 0)
    limited = create_app(dataclasses.replace(settings, rate_limits=True))
    async with client_of(limited, "203.0.113.9") as client:
        form = {"username": "alice", "password": "x" * 200}
        answers = [(await client.post("/login", data=form)).status_code for _ in range(30)]
    await limited.state.external.close()
    limited_once = line(
        "rate-limited", address="203.0.113.9", user=None, method="POST", path="/login"
    )
    assert answers.count(429) == lines().count(limited_once) > 0
    assert len(lines()) == len(answers)


async def test_a_write_without_proof(
    app: Litestar,
    browser_of_alice: SignedIn,
    staff: httpx.AsyncClient,
    guest: httpx.AsyncClient,
    lines: Lines,
) -> None:
    before = len(lines())
    del browser_of_alice.headers["x-csrf-token"]
    del staff.headers["X-CSRFToken"]
    await browser_of_alice.post("/cart/items", data={"product_id": "1"})
    await browser_of_alice.post("/api/v1/orders", json={"items": []})
    await guest.post("/login", data={"username": "alice"}, headers=CROSS_SITE)
    await staff.post("/admin/api/forms/receive-stock/", json={"product_id": 1})
    about = {"address": "127.0.0.1", "user": "alice", "method": "POST"}
    assert lines()[before:] == [
        line("csrf-refused", **about, path="/cart/items"),
        line("csrf-refused", **about, path="/api/v1/orders"),
        line("csrf-refused", **{**about, "user": None}, path="/login"),
        line("csrf-refused", **{**about, "user": "admin"}, path="/admin/api/forms/receive-stock/"),
    ]


async def test_a_forbidden_request(
    browser_of_alice: SignedIn, alice: httpx.AsyncClient, lines: Lines
) -> None:
    before = len(lines())
    await browser_of_alice.get("/admin/")
    await browser_of_alice.get("/admin/api/tables/")
    form = {"current_password": PASSWORD, "new_password": "long winter evenings"}
    await alice.post("/account/password", data=form)
    about = {"address": "127.0.0.1", "user": "alice"}
    assert lines()[before:] == [
        line("forbidden", **about, method="GET", path="/admin/"),
        line("forbidden", **about, method="GET", path="/admin/api/tables/"),
        line("forbidden", **about, method="POST", path="/account/password"),
    ]


async def test_an_untrusted_gateway(app: Litestar, cast: Cast, lines: Lines) -> None:
    async with client_of(app, "203.0.113.9", headers={"X-USER-ID": "1"}) as stranger:
        await stranger.get("/api/v1/points")
    [refused] = lines()
    assert refused.startswith(line("gateway-refused", address="203.0.113.9"))


async def test_a_change_of_rights_and_a_closed_account(
    staff: httpx.AsyncClient, cast: Cast, lines: Lines
) -> None:
    url = f"/admin/api/tables/users/{cast.bob}/"
    for change in ({"first_name": "Bob"}, {"admin": True, "superuser": True}, {"active": False}):
        answer = await staff.patch(url, json=change)
        assert answer.status_code == 200, answer.text
    who = {"actor": cast.admin, "user": "bob"}
    less, more = {"admin": False, "superuser": False}, {"admin": True, "superuser": True}
    assert lines() == [
        line("rights-changed", **who, before=less, after=more),
        line("rights-changed", **who, before={"active": True}, after={"active": False}),
        line("account-closed", **who),
    ]


async def test_a_price_and_a_withdrawal(staff: httpx.AsyncClient, cast: Cast, lines: Lines) -> None:
    product = await make_product(price=1_000)
    for change in ({"price": 1, "name": "펜"}, {"active": False}, {"name_en": "Pen"}):
        await staff.patch(f"/admin/api/tables/products/{product}/", json=change)
    who = {"actor": cast.admin, "product": product}
    assert lines() == [
        line("product-changed", **who, before={"price": 1_000}, after={"price": 1}),
        line("product-changed", **who, before={"active": True}, after={"active": False}),
    ]


async def test_a_refused_change_of_rights_is_not_logged(
    staff: httpx.AsyncClient, cast: Cast, lines: Lines
) -> None:
    answer = await staff.patch(f"/admin/api/tables/users/{cast.admin}/", json={"superuser": False})
    assert answer.status_code == 422
    assert lines() == []


async def test_a_password_that_is_changed_or_set(
    browser_of_alice: SignedIn, staff: httpx.AsyncClient, cast: Cast, lines: Lines
) -> None:
    before = len(lines())
    form = {"current_password": PASSWORD, "new_password": "long winter evenings"}
    await browser_of_alice.post("/account/password", data=form)
    answer = await staff.post(
        "/admin/api/forms/set-a-password/",
        json={"username": "bob", "new_password": "short summer nights"},
    )
    assert answer.status_code == 200, answer.text
    assert lines()[before:] == [
        line("password-changed", user="alice", address="127.0.0.1"),
        line("password-set", user="bob", actor=cast.admin),
    ]


async def test_a_wrong_current_password_and_signing_out_elsewhere(
    browser_of_alice: SignedIn, lines: Lines
) -> None:
    before = len(lines())
    form = {"current_password": "wrong-horse", "new_password": "long winter evenings"}
    await browser_of_alice.post("/account/password", data=form)
    await browser_of_alice.post("/account/sessions/end-others")
    assert lines()[before:] == [
        line("password-not-changed", user="alice", address="127.0.0.1"),
        line("signed-out-elsewhere", user="alice", address="127.0.0.1"),
    ]


async def test_a_second_factor(
    app: Litestar,
    guest: httpx.AsyncClient,
    cast: Cast,
    settings: Settings,
    lines: Lines,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock, factors = Clock(monkeypatch), second_factors(settings.secret)
    async with browser_of(app, cast.admin, "admin") as browser:
        form = {"_csrf_token": browser.csrf_token, "current_password": PASSWORD}
        offer = factors.offer(cast.admin)
        phone = App(factors.offered(cast.admin, offer).secret, clock)
        page = "/account/second-factor"
        await browser.post(f"{page}/on", data={**form, "offer": offer, "code": phone.code()})
        clock.later(30)
        await guest.post("/login", data={"username": "admin", "password": PASSWORD})
        await guest.post("/login/code", data={"code": phone.wrong_code()})
        await browser.post(f"{page}/off", data={**form, "code": phone.code()})
    await enrolled(await make_user("clerk", admin=True), clock)
    reset = "/admin/api/forms/reset-two-step-verification/"
    async with admin_page(app, cast.admin) as staff:
        answer = await staff.post(reset, json={"username": "clerk"})
    assert answer.status_code == 200, answer.text
    about = {"user": "admin", "address": "127.0.0.1"}
    assert lines() == [
        line("second-factor-on", **about),
        line("second-factor-failed", **about),
        line("second-factor-off", **about),
        line("second-factor-reset", user="clerk", actor=cast.admin),
    ]


# Forgeries


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An unexpected error whose message has input in it."""

    async def fail(*args: Any, **_: Any) -> None:
        raise RuntimeError(repr(args), str(args[1].q))

    monkeypatch.setattr(CatalogueService, "check", fail)


@pytest.fixture(params=FORGERIES.values(), ids=list(FORGERIES))
def forged(request: pytest.FixtureRequest) -> str:
    return str(request.param)


async def test_no_input_forges_a_line(
    app: Litestar,
    guest: httpx.AsyncClient,
    browser_of_alice: SignedIn,
    broken: None,
    forged: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    value = forged.encode("utf-8", "surrogatepass")
    header, path = value.replace(b"\n", b"").replace(b"\r", b""), quote(value)
    odd = dict.fromkeys(("user-agent", "idempotency-key", "referer", "accept-language"), header)
    form = f"username={path}&password=x"
    as_form = {"content-type": "application/x-www-form-urlencoded"}
    await guest.post("/login", content=form, headers={**odd, **as_form})
    await guest.post(f"/cart/{path}", headers={**odd, **CROSS_SITE})
    await guest.post("/cart/items", content=form, headers={**odd, **as_form, **CROSS_SITE})
    await guest.get(f"/api/v1/products?q={path}", headers=odd)
    await browser_of_alice.get(f"/admin/{path}", headers=odd)
    async with client_of(app, "203.0.113.9", headers={**odd, "x-user-id": header}) as stranger:
        await stranger.get(f"/{path}", headers={"x-forwarded-for": header})
    written = [LineFormatter().format(record) for record in caplog.records]
    pieces = [piece for entry in written for piece in entry.split("\n")]
    assert [piece for piece in pieces if not piece.isprintable()] == []
    heads = [entry.split("\n")[0] for entry in written]
    traces = [piece for piece in pieces if piece not in heads]
    assert [piece for piece in traces if not piece.startswith(CONTINUED)] == []
    assert "RuntimeError" in "".join(traces)
