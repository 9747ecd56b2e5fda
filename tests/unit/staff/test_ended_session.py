"""The input of a form is kept when the session has ended."""

import re
from html import unescape
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar

from shop import site
from shop.users.tables import Session
from tests.cast import Cast, SignedIn, balance_of, make_product, sign_in, stock_of
from tests.unit.staff.test_grant_many import keys_of

INPUT = re.compile(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', re.DOTALL)
MANY = "/staff/points/grant-many"


def fields_of(page: str, action: str) -> dict[str, str]:
    form = page.split(f'action="{action}"')[1].split("</form>", maxsplit=1)[0]
    return {name: unescape(value) for name, value in INPUT.findall(form)}


async def end_sessions() -> None:
    await Session.delete(force=True)


async def sent_too_late(client: SignedIn, path: str, at: str, **typed: Any) -> httpx.Response:
    """Opens the page `at`; the session ends; sends the form."""
    client.headers["Accept-Language"] = "en"
    keys = keys_of((await client.get(at)).text)
    await end_sessions()
    return await client.post(path, data={**keys, **typed})


async def test_a_long_list_goes_on_in_a_new_session(
    chief: SignedIn, app: Litestar, cast: Cast
) -> None:
    text = 'alice\t1,000\t휴가 "<b>&\nbob\t2,000\t휴가'
    kept = await sent_too_late(chief, MANY, MANY, text=text, reason="명절")
    assert (kept.status_code, "Your session has ended" in kept.text) == (401, True)
    fields = fields_of(kept.text, "/staff/again")
    assert fields["text"] == text
    assert "_csrf_token" not in fields
    again = await chief.post("/staff/again", data=fields)
    assert (again.status_code, fields_of(again.text, "/staff/again")) == (401, fields)
    async with sign_in(app, "admin") as client:
        client.headers.pop("X-CSRF-Token")
        shown = await client.post("/staff/again", data=fields)
        assert shown.status_code == 200
        answer = await client.post(MANY, data=fields_of(shown.text, MANY))
        page = await client.get(answer.headers["location"])
    assert "alice" in page.text
    assert "2,000" in page.text
    assert await balance_of(cast.alice) == 100_000


async def test_nothing_moves_without_the_new_token(
    chief: SignedIn, app: Litestar, cast: Cast
) -> None:
    product = await make_product(stock=10)
    path = f"/staff/stock/{product}"
    kept = await sent_too_late(chief, f"{path}/receive", path, amount="5", reason="차")
    assert kept.status_code == 401
    fields = fields_of(kept.text, "/staff/again")
    async with sign_in(app, "admin") as client:
        client.headers.pop("X-CSRF-Token")
        data = {name: value for name, value in fields.items() if name != "_path"}
        assert (await client.post(f"{path}/receive", data=data)).status_code == 403
        assert await stock_of(product) == 10
        shown = await client.post("/staff/again", data=fields)
        sent = fields_of(shown.text, f"{path}/receive")
        assert (await client.post(f"{path}/receive", data=sent)).status_code == 303
    assert await stock_of(product) == 15


async def test_a_file_has_to_be_chosen_again(chief: SignedIn, cast: Cast) -> None:
    chief.headers["Accept-Language"] = "en"
    keys = keys_of((await chief.get(MANY)).text)
    await end_sessions()
    files = {"file": ("list.csv", b"user,points")}
    kept = await chief.post(MANY, data={**keys, "reason": "holiday"}, files=files)
    assert "Files have to be chosen again." in kept.text
    assert fields_of(kept.text, "/staff/again")["reason"] == "holiday"


@pytest.mark.parametrize("path", ["https://evil.test/", "//evil.test", "/orders", "javascript:1"])
async def test_only_forms_of_staff_go_on(chief: SignedIn, path: str) -> None:
    assert (await chief.post("/staff/again", data={"_path": path})).status_code == 400


async def test_another_site_cannot_have_a_form_kept(chief: SignedIn) -> None:
    headers = {"Origin": "https://evil.test"}
    await end_sessions()
    answer = await chief.post(MANY, data={"text": "mallory\t5"}, headers=headers)
    assert answer.status_code == 403
    assert "mallory" not in answer.text


async def test_shoppers_have_no_such_page(browser_of_alice: SignedIn) -> None:
    answer = await browser_of_alice.post("/staff/again", data={"_path": MANY})
    assert answer.status_code == 404


async def test_clients_of_json_get_the_error(chief: SignedIn) -> None:
    await end_sessions()
    answer = await chief.post(MANY, data={"text": "x"}, headers={"Accept": "application/json"})
    assert answer.status_code == 401
    assert answer.json()["type"] == "/problems/not-signed-in"


async def test_a_shop_for_members_only_keeps_it_too(chief: SignedIn, cast: Cast) -> None:
    chief.headers["Accept-Language"] = "en"
    keys = keys_of((await chief.get(MANY)).text)
    await end_sessions()
    site.apply(msgspec.structs.replace(site.DEFAULT, members_only=True))
    kept = await chief.post(MANY, data={**keys, "text": "alice\t5", "reason": "명절"})
    assert fields_of(kept.text, "/staff/again")["text"] == "alice\t5"


@pytest.mark.parametrize("files", [None, {"file": ("list.csv", b"user,points")}])
async def test_a_form_of_an_earlier_session_goes_on(
    chief: SignedIn, app: Litestar, cast: Cast, files: Any
) -> None:
    """Its author signed in again in another tab before sending it."""
    page = (await chief.get(MANY)).text
    form = {**fields_of(page, MANY), "text": "alice\t5", "reason": "명절"}
    await end_sessions()
    for name, status in (("admin", 401), ("bob", 403)):
        async with sign_in(app, name) as client:
            client.headers.pop("X-CSRF-Token")
            answer = await client.post(MANY, data=form, files=files)
            assert answer.status_code == status
            assert ("alice\t5" in unescape(answer.text)) == (name == "admin")
    assert fields_of((await reopened(app, form)).text, MANY)["text"] == "alice\t5"
    assert await balance_of(cast.alice) == 100_000


async def reopened(app: Litestar, form: dict[str, str]) -> httpx.Response:
    async with sign_in(app, "admin") as client:
        client.headers.pop("X-CSRF-Token")
        kept = await client.post(MANY, data=form)
        return await client.post("/staff/again", data=fields_of(kept.text, "/staff/again"))
