"""Staff open accounts; their owners set the passwords."""

import csv
import io
import re
from html import unescape
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.staff.rights_repository import RightsRepository
from shop.users.tables import User
from tests.cast import Cast, SignedIn, balance_of, make_user, sign_in
from tests.unit.staff.conftest import actions_of
from tests.unit.staff.test_grant_many import keys_of

NEW = "/staff/people/new"
LIST = """username,name,employee number,department,email,points
kim,김하나,,영업팀,kim@x.kr,1000
,이둘,2026-2,,,
"""


async def open_accounts(client: SignedIn, files: Any = None, **fields: str) -> httpx.Response:
    client.headers["Accept-Language"] = "en"
    data = {**keys_of((await client.get(NEW)).text), **fields}
    response = await client.post(NEW, data=data, files=files)
    if 'name="confirmed"' in response.text:
        response = await client.post(NEW, data=confirmation(response.text))
    return await client.get(response.headers["location"]) if response.is_redirect else response


def confirmation(preview: str) -> dict[str, str]:
    """The fields of the preview's form."""
    [text] = re.findall(r'<textarea name="text" hidden>(.*?)</textarea>', preview, re.DOTALL)
    return {**keys_of(preview), "confirmed": "1", "text": unescape(text)}


async def account(username: str) -> dict[str, Any]:
    row = await User.select().where(User.username == username).first()
    assert row is not None
    return row


async def test_one_account(chief: SignedIn, guest: httpx.AsyncClient, cast: Cast) -> None:
    page = await open_accounts(chief, username="Kim", name="김하나", points="500")
    assert "Accounts opened: 1." in page.text
    row = await account("kim")
    assert (row["first_name"], row["active"], await balance_of(row["id"])) == ("김하나", True, 500)
    [link] = re.findall(r"http://shop.test(/password/[^<]+)<", page.text)
    new = {"new_password": "battery-staple-lamp"}
    assert (await guest.post(link, data=new)).is_redirect
    form = {"username": "kim", "password": "battery-staple-lamp"}
    assert (await guest.post("/login", data=form)).status_code == 303
    assert await actions_of(f"user:{row['id']}") == [("user.invite", "")]


async def test_sign_in_needs_a_password_that_was_set(
    chief: SignedIn, guest: httpx.AsyncClient, cast: Cast
) -> None:
    await open_accounts(chief, username="kim")
    for password in ("", "-", "none"):
        form = {"username": "kim", "password": password}
        assert (await guest.post("/login", data=form)).status_code == 401


async def test_many_by_list_and_by_file(chief: SignedIn, cast: Cast) -> None:
    page = await open_accounts(chief, text=LIST)
    assert "Accounts opened: 2." in page.text
    assert (await account("2026-2"))["employee_no"] == "2026-2"
    assert (await account("kim"))["department"] == "영업팀"
    content = "아이디;이름\r\npark;박셋".encode("cp949")
    await open_accounts(chief, files={"file": ("list.csv", content)})
    assert (await account("park"))["first_name"] == "박셋"
    data = (await chief.get("/staff/people/links.csv")).content.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(data)))
    assert [row[0] for row in rows[1:]] == ["kim", "2026-2", "park"]
    assert all(row[1].startswith("http://shop.test/password/") for row in rows[1:])


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("x", "3 to 30"),
        ("alice", "belongs to another account"),
        ("kim2\nkim2", "twice"),
        ("kim2,,7\nkim3,,7", "twice"),
        ("kim2,,,,bob@x.kr", "belongs to another account"),
        ("kim2,,,,,-1", "from 0 to"),
        ("kim2,,,,,many", "from 0 to"),
        ("kim2," + "이" * 61, "too long"),
        ("\n".join(f"u{n:04}" for n in range(1001)), "At most 1,000"),
    ],
)
async def test_no_account_is_opened_if_a_line_is_wrong(
    chief: SignedIn, cast: Cast, line: str, said: str
) -> None:
    await User.update(email="bob@x.kr").where(User.username == "bob")
    before = await User.count()
    page = await open_accounts(chief, text=f"kim1\n{line}")
    assert (page.status_code, said in page.text) == (400, True)
    assert await User.count() == before


async def test_points_to_begin_with_need_the_right_for_points(app: Litestar, cast: Cast) -> None:
    user_id = await make_user("reception", admin=True)
    await RightsRepository().set(user_id, ["people"])
    async with sign_in(app, "reception") as client:
        assert (await open_accounts(client, username="kim", points="5")).status_code == 404
        assert not await User.exists().where(User.username == "kim")
        assert (await open_accounts(client, username="kim")).status_code == 200


async def test_a_form_sent_twice_opens_once(chief: SignedIn, cast: Cast) -> None:
    data = {**keys_of((await chief.get(NEW)).text), "username": "kim"}
    answers = [await chief.post(NEW, data=data) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]


@pytest.mark.parametrize("path", [NEW, "/staff/people/links", "/staff/people/links.csv"])
async def test_other_staff_cannot_open_accounts(
    browser_of_alice: SignedIn, clerk: SignedIn, path: str
) -> None:
    assert (await browser_of_alice.get(path)).status_code == 404
    assert (await clerk.get(path)).status_code == 404


async def test_a_list_is_shown_before_accounts_are_opened(chief: SignedIn, cast: Cast) -> None:
    chief.headers["Accept-Language"] = "en"
    before = await User.count()
    data = {**keys_of((await chief.get(NEW)).text), "text": 'kim\t김 "하나" <b>\t7\t\t\t1,000'}
    shown = await chief.post(NEW, data=data)
    assert "김 &#34;하나&#34; &lt;b&gt;" in shown.text
    assert "1,000" in shown.text
    assert await User.count() == before
    answers = [await chief.post(NEW, data=confirmation(shown.text)) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    row = await account("kim")
    assert (row["first_name"], row["employee_no"]) == ('김 "하나" <b>', "7")
    assert await balance_of(row["id"]) == 1_000


async def test_a_name_that_is_taken_while_the_list_is_shown_opens_nothing(
    chief: SignedIn, cast: Cast
) -> None:
    data = {**keys_of((await chief.get(NEW)).text), "text": "kim\nlee"}
    shown = await chief.post(NEW, data=data)
    await make_user("lee")
    assert (await chief.post(NEW, data=confirmation(shown.text))).status_code == 400
    assert not await User.exists().where(User.username == "kim")
