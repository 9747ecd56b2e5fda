"""Two-step verification in a browser: signing in with a code, and turning it on and off."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.settings import Settings
from shop.users.tables import RecoveryCode, SecondFactor, Session, User
from tests.cast import PASSWORD, Cast, SignedIn
from tests.unit.users.factors import App, Clock, enrolled, second_factors
from tests.unit.web.helpers import Page, browser_of, client_of, contents

ME = "/api/v1/users/me"
PAGE = "/account/second-factor"
ENGLISH = {"Accept-Language": "en"}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
async def app_and_codes(cast: Cast, clock: Clock, settings: Settings) -> tuple[App, list[str]]:
    """Of admin, under the secret of the shop."""
    return await enrolled(cast.admin, clock, second_factors(settings.secret))


@pytest.fixture
def phone(app_and_codes: tuple[App, list[str]]) -> App:
    return app_and_codes[0]


@pytest.fixture
async def admin(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """A browser of the superuser, signed in."""
    async with browser_of(app, cast.admin, "admin") as client:
        yield client


async def give_password(client: httpx.AsyncClient, to: str = "/", **more: Any) -> httpx.Response:
    form = {"username": "admin", "password": PASSWORD, "next": to}
    return await client.post("/login", data=form, **more)


async def give_code(client: httpx.AsyncClient, code: str, to: str = "/") -> httpx.Response:
    form = {"code": code, "next": to}
    return await client.post("/login/code", data=form, headers=ENGLISH)


async def is_signed_in(client: httpx.AsyncClient) -> bool:
    return (await client.get(ME)).status_code == 200


# --- signing in --------------------------------------------------------------


async def test_the_password_alone_opens_no_session(guest: httpx.AsyncClient, phone: App) -> None:
    answer = await give_password(guest, "/orders")
    assert (answer.status_code, answer.headers["location"]) == (303, "/login/code?next=/orders")
    assert "id" not in guest.cookies
    assert await Session.count() == 0
    for path in ("/admin/", "/account", "/orders"):
        assert (await guest.get(path)).headers["location"].startswith("/login")


async def test_the_code_opens_it_and_leads_on(guest: httpx.AsyncClient, phone: App) -> None:
    await give_password(guest, "/orders")
    page = Page((await guest.get("/login/code?next=/orders")).text)
    assert page.form("/login/code")["next"] == "/orders"
    answer = await give_code(guest, phone.code(), "/orders")
    assert (answer.status_code, answer.headers["location"]) == (303, "/orders")
    assert await is_signed_in(guest)
    assert "second-step" not in guest.cookies


async def test_a_pending_action_is_done_after_the_code(
    guest: httpx.AsyncClient, phone: App, cast: Cast
) -> None:
    from shop.likes.tables import Like
    from tests.cast import make_product

    product = await make_product()
    await guest.post(f"/products/{product}/likes", data={"liked": "true"})
    await give_password(guest)
    assert await Like.count() == 0
    await give_code(guest, phone.code())
    assert await Like.count().where(Like.user == cast.admin) == 1


async def test_a_wrong_code_may_be_corrected(guest: httpx.AsyncClient, phone: App) -> None:
    await give_password(guest)
    answer = await give_code(guest, phone.wrong_code(), "/points")
    assert answer.status_code == 401
    assert "This code is not valid" in answer.text
    assert Page(answer.text).form("/login/code")["next"] == "/points"
    assert not await is_signed_in(guest)
    assert (await give_code(guest, phone.code())).status_code == 303


async def test_a_recovery_code_signs_in_once(
    app: Litestar, app_and_codes: tuple[App, list[str]]
) -> None:
    _, codes = app_and_codes
    for status in (303, 401):
        async with client_of(app) as client:
            await give_password(client)
            assert (await give_code(client, codes[0])).status_code == status


async def test_a_used_code_does_not_sign_in_again(app: Litestar, phone: App) -> None:
    for status in (303, 401):
        async with client_of(app) as client:
            await give_password(client)
            assert (await give_code(client, phone.code())).status_code == status


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_no_code_is_asked_for_without_the_password(
    guest: httpx.AsyncClient, phone: App, method: str
) -> None:
    answer = await guest.request(method, "/login/code", data={"code": phone.code()})
    assert (answer.status_code, answer.headers["location"]) == (303, "/login?next=/")
    assert not await is_signed_in(guest)


async def test_the_second_step_is_of_the_browser_that_gave_the_password(
    app: Litestar, guest: httpx.AsyncClient, phone: App
) -> None:
    await give_password(guest)
    async with client_of(app) as other:
        await give_code(other, phone.code())
        assert not await is_signed_in(other)
    [cookie] = [one for one in guest.cookies.jar if one.name == "second-step"]
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.path == "/login/code"


@pytest.mark.parametrize(("seconds", "status"), [(299, 303), (301, 303)])
async def test_it_waits_for_five_minutes(
    guest: httpx.AsyncClient, phone: App, clock: Clock, seconds: int, status: int
) -> None:
    await give_password(guest)
    clock.later(seconds)
    await give_code(guest, phone.code())
    assert await is_signed_in(guest) == (seconds < 300)


async def change_password(user_id: int) -> None:
    await User.update({User.password: "pbkdf2_sha256$1$other$hash"}).where(User.id == user_id)


async def close(user_id: int) -> None:
    await User.update({User.active: False}).where(User.id == user_id)


@pytest.mark.parametrize("change", [change_password, close])
async def test_it_ends_with_the_password_and_the_account(
    guest: httpx.AsyncClient, phone: App, cast: Cast, change: Any
) -> None:
    await give_password(guest)
    await change(cast.admin)
    answer = await give_code(guest, phone.code())
    assert answer.headers["location"] == "/login?next=/"
    assert await Session.count() == 0


@pytest.mark.parametrize("damage", ["", "x", "A" * 400, "é"])
async def test_a_forged_cookie_is_ignored(
    guest: httpx.AsyncClient, phone: App, damage: str
) -> None:
    await give_password(guest)
    good = guest.cookies["second-step"]
    guest.cookies.clear()
    headers = [(b"cookie", f"second-step={damage}{good[: len(good) // 2]}".encode())]
    answer = await guest.post("/login/code", data={"code": phone.code()}, headers=headers)
    assert answer.headers["location"] == "/login?next=/"


async def test_a_cookie_of_another_purpose_is_ignored(
    app: Litestar, guest: httpx.AsyncClient, phone: App, cast: Cast
) -> None:
    """The device cookie is signed by the same secret."""
    async with client_of(app) as alice:
        await alice.post("/login", data={"username": "alice", "password": PASSWORD})
        guest.cookies.set("second-step", alice.cookies["device"], domain="shop.test")
    answer = await give_code(guest, phone.code())
    assert answer.headers["location"] == "/login?next=/"


async def test_next_stays_in_the_shop(guest: httpx.AsyncClient, phone: App) -> None:
    answer = await give_password(guest, "//evil.test")
    assert answer.headers["location"] == "/login/code?next=/"
    assert (await give_code(guest, phone.code(), "//evil.test")).headers["location"] == "/"


async def test_a_code_from_another_site_is_refused(guest: httpx.AsyncClient, phone: App) -> None:
    await give_password(guest)
    headers = {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"}
    answer = await guest.post("/login/code", data={"code": phone.code()}, headers=headers)
    assert answer.status_code == 403


async def test_codes_cannot_be_guessed_for_long(settings: Settings, phone: App, cast: Cast) -> None:
    limited = create_app(replace(settings, rate_limits=True))
    async with client_of(limited) as client:
        await give_password(client)
        tries = [await give_code(client, phone.wrong_code()) for _ in range(21)]
        assert [answer.status_code for answer in tries] == [401] * 20 + [429]
        assert int(tries[-1].headers["retry-after"]) > 0
        assert (await give_code(client, phone.code())).status_code == 429
    async with client_of(limited, peer="10.1.2.3") as elsewhere:
        await give_password(elsewhere)
        assert (await give_code(elsewhere, phone.code())).status_code == 429
    await limited.state.external.close()


async def test_a_known_browser_is_not_locked_out_by_guesses_elsewhere(
    settings: Settings, phone: App, clock: Clock
) -> None:
    limited = create_app(replace(settings, rate_limits=True))
    async with client_of(limited) as known, client_of(limited, peer="10.1.2.3") as stranger:
        await give_password(known)
        await give_code(known, phone.code())
        await give_password(stranger)
        for _ in range(21):
            await give_code(stranger, phone.wrong_code())
        clock.later(30)
        known.cookies.delete("id", domain="shop.test")
        await give_password(known)
        assert (await give_code(known, phone.code())).status_code == 303
    await limited.state.external.close()


async def test_after_a_change_of_the_shops_secret_the_page_says_what_to_do(
    settings: Settings, app_and_codes: tuple[App, list[str]]
) -> None:
    phone, codes = app_and_codes
    changed = create_app(replace(settings, secret="another secret, as long as the first"))
    async with client_of(changed) as client:
        await give_password(client)
        answer = await give_code(client, phone.code())
        assert answer.status_code == 401
        assert "Please use a recovery code" in answer.text
        assert (await give_code(client, codes[0])).status_code == 303
    await changed.state.external.close()


# --- the admin's own form ----------------------------------------------------


async def admin_sign_in(client: httpx.AsyncClient, **fields: str) -> httpx.Response:
    form = {"username": "admin", "password": PASSWORD, **fields}
    return await client.post("/admin/public/login/", json=form, headers=ENGLISH)


async def test_the_admins_form_asks_for_the_code_too(guest: httpx.AsyncClient, phone: App) -> None:
    answer = await admin_sign_in(guest)
    assert (answer.status_code, answer.json()["detail"]) == (401, "MFA code required")
    wrong = await admin_sign_in(guest, mfa_code=phone.wrong_code())
    assert (wrong.status_code, wrong.json()["type"]) == (401, "/problems/wrong-code")
    assert await Session.count() == 0
    code = phone.code()
    assert (await admin_sign_in(guest, mfa_code=code)).status_code == 200
    assert (await guest.get("/admin/api/tables/")).status_code == 200
    guest.cookies.clear()
    assert (await admin_sign_in(guest, mfa_code=code)).status_code == 401


async def test_the_admins_form_does_not_mention_codes_without_the_password(
    guest: httpx.AsyncClient, phone: App
) -> None:
    wrong = {"username": "admin", "password": "wrong-password", "mfa_code": phone.code()}
    answer = await guest.post("/admin/public/login/", json=wrong)
    assert answer.json()["type"] == "/problems/wrong-password"
    assert (await admin_sign_in(guest, mfa_code=phone.code())).status_code == 200


async def test_the_admins_own_set_up_is_closed(admin: SignedIn, clock: Clock) -> None:
    for path in ("/admin/api/mfa-setup/", "/admin/public/mfa-setup/"):
        assert (await admin.get(path)).status_code == 404
        assert (await admin.post(path, json={"action": "register"})).status_code in (403, 405)


async def test_secrets_are_in_no_response_of_the_admin(
    admin: SignedIn, cast: Cast, clock: Clock, settings: Settings
) -> None:
    await enrolled(cast.admin, clock, second_factors(settings.secret))
    tables = (await admin.get("/admin/api/tables/")).json()
    assert [name for name in tables if name in ("second_factors", "recovery_codes")] == []
    for table in ("second_factors", "recovery_codes"):
        assert (await admin.get(f"/admin/api/tables/{table}/")).status_code == 404
    stored = (await SecondFactor.select(SecondFactor.secret).first())["secret"]
    assert stored not in (await admin.get("/admin/api/tables/users/")).text


# --- on the account's pages --------------------------------------------------


async def post(client: SignedIn, what: str, **fields: str) -> httpx.Response:
    form = {"_csrf_token": client.csrf_token, **fields}
    return await client.post(f"{PAGE}/{what}", data=form, headers=ENGLISH)


def key_of(page: str) -> str:
    return re.findall(r"<code>([A-Z2-7 ]+)</code>", page)[0].replace(" ", "")


async def test_turning_it_on(admin: SignedIn, app: Litestar, cast: Cast, clock: Clock) -> None:
    async with browser_of(app, cast.admin, "admin") as other:
        answer = await post(admin, "begin", current_password=PASSWORD)
        assert answer.status_code == 200
        assert "<svg" in answer.text
        assert answer.headers["cache-control"] == "no-store"
        page = Page(answer.text)
        assert page.inline == []
        assert [tag for tag, found in page.tags if "style" in found] == []
        phone = App(key_of(answer.text), clock)
        offer = page.form(f"{PAGE}/on")["offer"]
        wrong = await post(admin, "on", offer=offer, code=phone.wrong_code())
        assert wrong.status_code == 401
        assert key_of(wrong.text) == phone.secret
        right = await post(admin, "on", offer=offer, code=phone.code())
        codes = re.findall(r"<code>([a-z2-7-]{29})</code>", right.text)
        assert len(codes) == 10
        assert right.headers["cache-control"] == "no-store"
        assert not await is_signed_in(other)
    assert await is_signed_in(admin)
    assert codes[0] not in (await admin.get(PAGE)).text
    assert "10 recovery codes" in (await admin.get(PAGE, headers=ENGLISH)).text


async def test_turning_it_on_needs_the_password(admin: SignedIn, clock: Clock) -> None:
    answer = await post(admin, "begin", current_password="wrong-password")
    assert answer.status_code == 400
    assert 'id="current_password-error"' in answer.text
    assert "<code>" not in answer.text


async def test_it_is_turned_off_by_password_and_code_only(
    admin: SignedIn, cast: Cast, clock: Clock, settings: Settings
) -> None:
    phone, _ = await enrolled(cast.admin, clock, second_factors(settings.secret))
    tries = [
        {"current_password": "wrong-password", "code": phone.code()},
        {"current_password": PASSWORD, "code": phone.wrong_code()},
        {"current_password": PASSWORD},
        {"code": phone.code()},
    ]
    before = await contents()
    statuses = [(await post(admin, "off", **fields)).status_code for fields in tries]
    assert statuses == [400, 401, 401, 400]
    assert await contents() == before
    answer = await post(admin, "off", current_password=PASSWORD, code=phone.code())
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)
    assert await SecondFactor.count() + await RecoveryCode.count() == 0


PATHS = [("GET", ""), ("POST", "/begin"), ("POST", "/on"), ("POST", "/off")]


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_it_is_for_staff(browser: SignedIn, method: str, path: str) -> None:
    form = {"_csrf_token": browser.csrf_token}
    answer = await browser.request(method, PAGE + path, data=form if method == "POST" else None)
    assert answer.status_code == 403
    assert PAGE not in (await browser.get("/account")).text


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_it_needs_a_session(
    guest: httpx.AsyncClient, cast: Cast, method: str, path: str
) -> None:
    by_header = {"X-USER-ID": str(cast.admin)}
    assert (await guest.request(method, PAGE + path, headers=by_header)).status_code == 403
    assert (await guest.request(method, PAGE + path)).headers["location"].startswith("/login")


async def test_a_former_member_of_staff_can_turn_it_off(
    admin: SignedIn, cast: Cast, clock: Clock, settings: Settings
) -> None:
    phone, _ = await enrolled(cast.admin, clock, second_factors(settings.secret))
    await User.update({User.admin: False, User.superuser: False}).where(User.id == cast.admin)
    assert (await admin.get(PAGE)).status_code == 200
    answer = await post(admin, "off", current_password=PASSWORD, code=phone.code())
    assert answer.status_code == 303


@pytest.mark.parametrize("what", ["begin", "on", "off"])
async def test_each_form_needs_the_proof(admin: SignedIn, what: str) -> None:
    assert (await admin.post(f"{PAGE}/{what}", data={})).status_code == 403


async def test_staff_find_it_on_their_account_page(admin: SignedIn) -> None:
    assert PAGE in (await admin.get("/account")).text
