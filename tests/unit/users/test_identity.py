"""Identity: `X-USER-ID` and the session cookie, and which clients are trusted."""

import dataclasses
import ipaddress
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.settings import Settings
from shop.users.tables import User
from tests.cast import Cast, SignedIn
from tests.unit.web.helpers import assert_problem, client_of

ME = "/api/v1/users/me"
PUBLIC = ["/api/v1/products", "/", "/login", ME]

# Variants of an existing user's id, which a lenient parser would accept.
NOT_AN_ID = {
    "empty": "",
    "word": "abc",
    "zero": "0",
    "negative": "-{id}",
    "signed": "+{id}",
    "fraction": "{id}.0",
    "blank in front": " {id}",
    "blank behind": "{id} ",
    "leading zero": "0{id}",
    "underscore": "0_{id}",
    "exponent": "{id}e0",
    "two in one": "{id}, {id}",
    "unknown": "987654321",
    "beyond 64 bits": "9223372036854775808",
    "enormous": "1" + "0" * 30,
    "a page long": "1" * 5_000,
}


def wrong_id(form: str, user_id: int) -> dict[bytes, bytes]:
    return {b"X-USER-ID": form.format(id=user_id).encode()}


async def test_a_valid_id_is_that_user(alice: httpx.AsyncClient, cast: Cast) -> None:
    answer = await alice.get(ME)
    assert answer.status_code == 200
    assert answer.json() == {"id": cast.alice, "username": "alice", "balance": 100_000}


async def test_a_valid_id_is_that_user_on_pages_too(alice: httpx.AsyncClient) -> None:
    assert (await alice.get("/orders")).status_code == 200


@pytest.mark.parametrize("form", NOT_AN_ID.values(), ids=NOT_AN_ID.keys())
async def test_any_other_id_is_refused(guest: httpx.AsyncClient, cast: Cast, form: str) -> None:
    answer = await guest.get(ME, headers=wrong_id(form, cast.alice))
    assert_problem(answer, 401, "not-signed-in")


async def test_digits_of_another_script_are_refused(guest: httpx.AsyncClient, cast: Cast) -> None:
    arabic = str(cast.alice).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    answer = await guest.get(ME, headers={b"X-USER-ID": arabic.encode()})
    assert_problem(answer, 401, "not-signed-in")


@pytest.mark.parametrize("path", PUBLIC)
async def test_a_wrong_id_is_refused_on_public_addresses(
    guest: httpx.AsyncClient, path: str
) -> None:
    headers = {"X-USER-ID": "987654321", "Accept": "application/json"}
    assert_problem(await guest.get(path, headers=headers), 401, "not-signed-in")


async def test_a_wrong_id_is_a_page_for_browsers(guest: httpx.AsyncClient) -> None:
    answer = await guest.get("/", headers={"X-USER-ID": "987654321", "Accept": "text/html"})
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize("path", PUBLIC)
@pytest.mark.parametrize("form", ["", "abc", "987654321"])
async def test_a_wrong_id_never_falls_back_to_the_session(
    browser: SignedIn, path: str, form: str
) -> None:
    answer = await browser.get(path, headers={"X-USER-ID": form})
    assert answer.status_code == 401
    assert "alice" not in answer.text


async def test_an_id_wins_over_the_session(browser: SignedIn, cast: Cast) -> None:
    answer = await browser.get(ME, headers={"X-USER-ID": str(cast.bob)})
    assert answer.json()["username"] == "bob"


async def test_a_repeated_id_is_refused(guest: httpx.AsyncClient, cast: Cast) -> None:
    twice = [("X-USER-ID", str(cast.alice))] * 2
    assert_problem(await guest.get(ME, headers=twice), 401, "not-signed-in")


async def test_a_closed_account_is_refused(alice: httpx.AsyncClient, cast: Cast) -> None:
    await User.update({User.active: False}).where(User.id == cast.alice)
    assert_problem(await alice.get(ME), 401, "not-signed-in")


async def test_a_closed_account_ends_its_sessions(browser: SignedIn, cast: Cast) -> None:
    await User.update({User.active: False}).where(User.id == cast.alice)
    assert_problem(await browser.get(ME), 401, "not-signed-in")


async def test_health_checks_need_no_user(guest: httpx.AsyncClient) -> None:
    assert (await guest.get("/healthz", headers={"X-USER-ID": "abc"})).status_code == 200


async def test_a_guest_of_the_api_is_401(guest: httpx.AsyncClient) -> None:
    answer = await guest.get(ME)
    assert_problem(answer, 401, "not-signed-in")
    assert answer.headers["www-authenticate"]


# Whose word counts.


@pytest.mark.parametrize("peer", ["203.0.113.9", "::ffff:203.0.113.9", "2001:db8::1"])
async def test_an_untrusted_client_cannot_name_the_user(
    app: Litestar, cast: Cast, peer: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with client_of(app, peer) as stranger:
        answer = await stranger.get(ME, headers={"X-USER-ID": str(cast.alice)})
    assert_problem(answer, 401, "untrusted-gateway")
    assert any(peer in record.getMessage() for record in caplog.records)


async def test_a_stranger_without_the_header_is_a_guest(app: Litestar, cast: Cast) -> None:
    async with client_of(app, "203.0.113.9") as stranger:
        assert (await stranger.get("/api/v1/products")).status_code == 200


async def test_a_strangers_session_does_not_help_their_header(
    app: Litestar, browser: SignedIn, cast: Cast
) -> None:
    async with client_of(app, "203.0.113.9", cookies=browser.cookies) as stranger:
        answer = await stranger.get("/", headers={"X-USER-ID": str(cast.alice)})
    assert answer.status_code == 401


async def test_a_forwarded_address_from_a_stranger_is_ignored(app: Litestar, cast: Cast) -> None:
    headers = {"X-USER-ID": str(cast.alice), "X-Forwarded-For": "127.0.0.1"}
    async with client_of(app, "203.0.113.9") as stranger:
        assert_problem(await stranger.get(ME, headers=headers), 401, "untrusted-gateway")


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
async def test_loopback_can_name_the_user(app: Litestar, cast: Cast, peer: str) -> None:
    async with client_of(app, peer) as gateway:
        answer = await gateway.get(ME, headers={"X-USER-ID": str(cast.alice)})
    assert answer.status_code == 200


@pytest.mark.parametrize("peer", ["", "a-socket", "127.0.0.1.evil", "127.1"])
async def test_a_peer_without_an_address_is_a_stranger(
    app: Litestar, cast: Cast, peer: str
) -> None:
    async with client_of(app, peer) as stranger:
        answer = await stranger.get(ME, headers={"X-USER-ID": str(cast.alice)})
    assert_problem(answer, 401, "untrusted-gateway")


# Behind proxies at 10.0.0.0/8, with the one gateway 192.0.2.7.


@pytest.fixture(scope="module")
async def proxied(settings: Settings) -> AsyncIterator[Litestar]:
    networks = {
        "trusted_proxies": (ipaddress.ip_network("10.0.0.0/8"),),
        "trusted_gateways": (ipaddress.ip_network("192.0.2.7/32"),),
    }
    app = create_app(dataclasses.replace(settings, **networks))
    yield app
    await app.state.external.close()


async def ask(app: Litestar, cast: Cast, peer: str, *forwarded: str) -> int:
    headers = [("X-USER-ID", str(cast.alice)), *(("X-Forwarded-For", hop) for hop in forwarded)]
    async with client_of(app, peer) as client:
        status: int = (await client.get(ME, headers=headers)).status_code
        return status


@pytest.mark.parametrize(
    ("peer", "forwarded"),
    [
        ("192.0.2.7", []),
        ("::ffff:192.0.2.7", []),
        ("10.1.2.3", ["192.0.2.7"]),
        ("::ffff:10.1.2.3", ["::ffff:192.0.2.7"]),
        ("10.1.2.3", ["203.0.113.9, 192.0.2.7"]),
        ("10.1.2.3", ["192.0.2.7, 10.9.9.9"]),
        ("10.1.2.3", ["203.0.113.9", "192.0.2.7"]),
    ],
)
async def test_the_gateway_is_known_behind_a_proxy(
    proxied: Litestar, cast: Cast, peer: str, forwarded: list[str]
) -> None:
    assert await ask(proxied, cast, peer, *forwarded) == 200


@pytest.mark.parametrize(
    ("peer", "forwarded"),
    [
        ("203.0.113.9", ["192.0.2.7"]),
        ("10.1.2.3", ["192.0.2.7, 203.0.113.9"]),
        ("10.1.2.3", ["192.0.2.7", "203.0.113.9"]),
        ("10.1.2.3", ["192.0.2.7, 203.0.113.9, 10.4.5.6"]),
        ("10.1.2.3", ["192.0.2.7, garbage"]),
        ("10.1.2.3", [""]),
        ("10.1.2.3", []),
        ("127.0.0.1", []),
    ],
)
async def test_no_one_can_pose_as_the_gateway(
    proxied: Litestar, cast: Cast, peer: str, forwarded: list[str]
) -> None:
    assert await ask(proxied, cast, peer, *forwarded) == 401
