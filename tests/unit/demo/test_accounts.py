"""The passwords of the demo's accounts, by who can reach the shop, and their sessions."""

import dataclasses
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.demo.accounts import KNOWN, passwords_file, set_passwords
from shop.settings import Settings
from shop.users.passwords import check_password, hash_password
from shop.users.tables import Session, User
from tests.cast import Cast
from tests.unit.web.helpers import client_of

pytestmark = pytest.mark.committed
ME = "/api/v1/users/me"


@pytest.fixture
async def demo(settings: Settings, tmp_path: Path, cast: Cast) -> Settings:
    """On this machine, with the cast as the demo makes it."""
    for name, password in KNOWN.items():
        hashed = await hash_password(password)
        await User.update({User.password: hashed}).where(User.username == name)
    return dataclasses.replace(settings, demo=True, host="127.0.0.1", data_dir=tmp_path)


def on(host: str, settings: Settings) -> Settings:
    return dataclasses.replace(settings, host=host)


async def opens(name: str, password: str) -> bool:
    row = await User.select(User.password).where(User.username == name).first()
    assert row
    return await check_password(password, row["password"])


async def test_on_loopback_passwords_are_well_known(demo: Settings) -> None:
    assert await set_passwords(demo) == {}
    assert not passwords_file(demo).exists()
    assert await opens("alice", "alice-demo")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0", "10.0.0.1", "shop.example"])
async def test_elsewhere_passwords_are_random_and_shown_once(demo: Settings, host: str) -> None:
    made = await set_passwords(on(host, demo))
    assert made.keys() == KNOWN.keys()
    assert len({*made.values(), *KNOWN.values()}) == 6
    assert [await opens(*pair) for pair in made.items()] == [True] * 3
    assert [await opens(*pair) for pair in KNOWN.items()] == [False] * 3
    assert await set_passwords(on(host, demo)) == {}
    assert stat.S_IMODE(passwords_file(demo).stat().st_mode) == 0o600


async def test_two_shops_have_different_passwords(demo: Settings, tmp_path: Path) -> None:
    made = await set_passwords(on("0.0.0.0", demo))
    other = dataclasses.replace(demo, data_dir=tmp_path / "other")
    for name in KNOWN:
        hashed = await hash_password(KNOWN[name])
        await User.update({User.password: hashed}).where(User.username == name)
    assert made != await set_passwords(on("0.0.0.0", other))


async def test_back_on_loopback_passwords_are_well_known_again(demo: Settings) -> None:
    made = await set_passwords(on("0.0.0.0", demo))
    assert await set_passwords(demo) == KNOWN
    assert await opens("admin", "admin-demo")
    again = await set_passwords(on("0.0.0.0", demo))
    assert again.keys() == made.keys()
    assert not {*again.values()} & {*made.values()}


async def test_a_password_that_its_owner_chose_stays(demo: Settings) -> None:
    hashed = await hash_password("my own and long")
    await User.update({User.password: hashed}).where(User.username == "alice")
    assert (await set_passwords(on("0.0.0.0", demo))).keys() == {"bob", "admin"}
    assert (await set_passwords(demo)).keys() == {"bob", "admin"}
    assert await opens("alice", "my own and long")


async def test_a_session_of_a_known_password_ends_with_it(
    app: Litestar, demo: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DEMO", "on")
    assert (await sign_in(app, "admin", "admin-demo")).status_code == 303
    await set_passwords(on("0.0.0.0", demo))
    assert await Session.count() == 0


# What opens where.


async def sign_in(app: Litestar, name: str, password: str) -> httpx.Response:
    async with client_of(app) as client:
        form = {"username": name, "password": password}
        answer: httpx.Response = await client.post("/login", data=form)
        return answer


@pytest.mark.parametrize("name", KNOWN)
async def test_a_known_password_opens_nothing_elsewhere(
    app: Litestar, demo: Settings, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DEMO", "on")
    assert (await sign_in(app, name, KNOWN[name])).status_code == 303
    monkeypatch.setenv("SHOP_HOST", "0.0.0.0")
    assert (await sign_in(app, name, KNOWN[name])).status_code == 401


async def test_a_random_password_opens_nothing_once_the_demo_is_off(
    app: Litestar, demo: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await set_passwords(on("0.0.0.0", demo))
    monkeypatch.setenv("SHOP_HOST", "0.0.0.0")
    assert (await sign_in(app, "admin", made["admin"])).status_code == 401
    monkeypatch.setenv("SHOP_DEMO", "on")
    assert (await sign_in(app, "admin", made["admin"])).status_code == 303


@pytest.fixture
async def in_demo(demo: Settings) -> AsyncIterator[Litestar]:
    app = create_app(demo)
    yield app
    await app.state.external.close()


async def test_a_session_of_the_demo_is_over_where_the_demo_is_off(
    app: Litestar, in_demo: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DEMO", "on")
    signed_in = await sign_in(in_demo, "admin", "admin-demo")
    cookies = {"id": signed_in.cookies["id"]}
    async with client_of(in_demo, cookies=cookies) as demo_on:
        assert (await demo_on.get(ME)).status_code == 200
        assert (await demo_on.get("/admin/")).status_code == 200
    async with client_of(app, cookies=cookies) as demo_off:
        assert (await demo_off.get(ME)).status_code == 401
        assert (await demo_off.get("/admin/")).status_code != 200


@pytest.mark.parametrize(("host", "shown"), [("127.0.0.1", True), ("0.0.0.0", False)])
async def test_only_passwords_that_open_are_on_the_sign_in_page(
    demo: Settings, host: str, shown: bool
) -> None:
    app = create_app(on(host, demo))
    async with client_of(app) as client:
        page = (await client.get("/login")).text
    await app.state.external.close()
    assert [name for name in KNOWN if KNOWN[name] in page] == (list(KNOWN) if shown else [])
