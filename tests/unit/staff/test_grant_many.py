"""Points to many in a browser without JavaScript: a list, its preview, the sum, and back again."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.points.repository import PointRepository
from shop.points.service import PointService
from shop.staff.batches import BatchService
from shop.staff.rights_repository import RightsRepository
from shop.staff.settings_repository import SECOND_PERSON_FROM, SettingsRepository
from shop.staff.tables import PointBatch
from shop.users.tables import User
from tests.cast import Cast, SignedIn, balance_of, make_user, sign_in

FORM = "/staff/points/grant-many?lang=en"
LIST = "alice\t1,000\tholiday\nbob\t2,000\tholiday"


@pytest.fixture
async def granter(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """A member of staff who may do nothing but points."""
    user_id = await make_user("granter", 0, admin=True)
    await RightsRepository().set(user_id, ["points"])
    async with sign_in(app, "granter") as client:
        client.headers["Accept-Language"] = "en"
        yield client


def keys_of(page: str) -> dict[str, str]:
    names = ("_csrf_token", "form_key")
    return {name: re.findall(rf'name="{name}" value="([^"]+)"', page)[-1] for name in names}


async def send(client: SignedIn, path: str, at: str | None = None, **fields: Any) -> httpx.Response:
    """Opens a page, sends its form, and follows it."""
    opened = (await client.get(at or path)).text
    response = await client.post(path, data={**keys_of(opened), **fields})
    return await client.get(response.headers["location"]) if response.is_redirect else response


async def draft(client: SignedIn, text: str = LIST) -> str:
    """The address of the preview."""
    page = await send(client, "/staff/points/grant-many", text=text)
    assert page.status_code == 200, page.text
    return page.url.path


async def run() -> None:
    service = BatchService(PointService(PointRepository()))
    while await service.step():
        pass


async def test_a_list_is_shown_confirmed_and_granted(
    granter: SignedIn, app: Litestar, cast: Cast
) -> None:
    preview = await draft(granter)
    page = (await granter.get(preview)).text
    for text in ("alice", "100,000", "101,000", "holiday", "3,000", "Not confirmed"):
        assert text in page
    assert await balance_of(cast.bob) == 0
    page = (await send(granter, f"{preview}/confirm", preview, total="3,000")).text
    assert "3,000 points are being granted to 2 people." in page
    await run()
    assert await balance_of(cast.bob) == 2_000
    assert "Done" in (await granter.get(preview)).text


async def test_a_wrong_sum_is_refused_on_the_page(granter: SignedIn, cast: Cast) -> None:
    preview = await draft(granter)
    page = await send(granter, f"{preview}/confirm", preview, total="3001")
    assert page.status_code == 400
    assert "This is not the sum." in page.text
    assert "alice" in page.text


async def test_a_list_that_was_granted_before_is_named(granter: SignedIn, cast: Cast) -> None:
    """Such as a file of yesterday. It may be meant so, as a grant of each month."""
    said = "There is already a list with the same people and points."
    first = await draft(granter)
    assert said not in (await granter.get(await draft(granter))).text  # the first is not confirmed
    page = await send(granter, f"{first}/confirm", first, total="3,000")
    assert said not in page.text
    shown = (await granter.get(await draft(granter, LIST.replace("holiday", "again")))).text
    assert said in shown
    assert f'<a href="{first}">' in shown
    for other in (
        LIST.replace("1,000", "1,001"),
        "alice\t1,000\tx",
        "alice\t2,000\tx\nbob\t1,000\tx",
    ):
        assert said not in (await granter.get(await draft(granter, other))).text


async def test_a_form_sent_twice_makes_one_list(granter: SignedIn, cast: Cast) -> None:
    fields = {**keys_of((await granter.get(FORM)).text), "text": LIST}
    sent = [await granter.post("/staff/points/grant-many", data=fields) for _ in range(2)]
    assert sent[0].headers["location"] == sent[1].headers["location"]
    preview = sent[0].headers["location"].partition("?")[0]
    confirm = {**keys_of((await granter.get(preview)).text), "total": "3000"}
    answers = [await granter.post(f"{preview}/confirm", data=confirm) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]


async def test_faults_are_named_by_line_and_the_input_is_kept(
    granter: SignedIn, cast: Cast
) -> None:
    text = "alice,5,x\nnobody,5,x\ngranter,5,x"
    page = await send(granter, "/staff/points/grant-many", text=text, amount="77")
    assert page.status_code == 400
    for said in ("2 lines have a fault", "Line 2", "nobody", "Line 3", "yourself", 'value="77"'):
        assert said in page.text
    assert text in page.text.replace("&#13;", "")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"username,points,reason\nalice,5,x", None),
        ("아이디;포인트;사유\r\nalice;5;명절".encode("cp949"), None),
        (b"\x89PNG\0", "neither an Excel file"),
        (b"username,points,reason\nalice,5,x\nalice,6,x", "already in line 2"),
    ],
)
async def test_a_file(granter: SignedIn, cast: Cast, content: bytes, said: str | None) -> None:
    fields = keys_of((await granter.get(FORM)).text)
    response = await granter.post(
        "/staff/points/grant-many", data=fields, files={"file": ("list.csv", content)}
    )
    if said is None:
        assert response.status_code == 303
    else:
        assert (response.status_code, said in response.text) == (400, True)


async def test_a_file_that_is_too_large(granter: SignedIn, cast: Cast) -> None:
    fields = keys_of((await granter.get(FORM)).text)
    files = {"file": ("list.csv", b"x" * 25_000_000)}
    response = await granter.post("/staff/points/grant-many", data=fields, files=files)
    assert response.status_code == 413
    assert "The request is larger than the shop accepts." in response.text


async def test_an_upload_needs_the_token_of_its_page(granter: SignedIn, cast: Cast) -> None:
    del granter.headers["X-CSRF-Token"]
    files = {"file": ("list.csv", b"username\nalice")}
    refused = await granter.post("/staff/points/grant-many", data={}, files=files)
    assert refused.status_code == 403


async def test_everyone_in_a_department(granter: SignedIn, app: Litestar, cast: Cast) -> None:
    kim = await make_user("kim", department="영업팀")
    await make_user("closed", department="영업팀", active=False)
    page = await send(
        granter, "/staff/points/grant-many", department="영업팀", amount="500", reason="x"
    )
    assert "kim" in page.text
    await send(granter, f"{page.url.path}/confirm", page.url.path, total="500")
    await run()
    assert await balance_of(kim) == 500


async def test_a_department_needs_points_and_a_reason(granter: SignedIn, cast: Cast) -> None:
    await make_user("kim", department="영업팀")
    page = await send(
        granter, "/staff/points/grant-many", department="영업팀", amount="", reason="x"
    )
    assert (page.status_code, "whole number" in page.text) == (400, True)


async def test_a_second_person_confirms(granter: SignedIn, app: Litestar, cast: Cast) -> None:
    await SettingsRepository().set(SECOND_PERSON_FROM, 3_000)
    preview = await draft(granter)
    page = await send(granter, f"{preview}/confirm", preview, total="3000")
    assert "wait for a second member of staff" in page.text
    assert (await send(granter, f"{preview}/agree", preview)).status_code == 400
    async with sign_in(app, "admin") as chief:
        page = await send(chief, f"{preview}/agree", f"{preview}?lang=en")
        assert page.status_code == 200
    await run()
    assert await balance_of(cast.bob) == 2_000


async def test_a_list_is_taken_back(granter: SignedIn, app: Litestar, cast: Cast) -> None:
    preview = await draft(granter)
    await send(granter, f"{preview}/confirm", preview, total="3000")
    await run()
    assert (await send(granter, f"{preview}/take-back", preview, reason="")).status_code == 400
    page = await send(granter, f"{preview}/take-back", preview, reason="wrong list")
    back = page.url.path
    assert back != preview
    await send(granter, f"{back}/confirm", back, total="3000")
    await run()
    assert (await balance_of(cast.alice), await balance_of(cast.bob)) == (100_000, 0)


async def test_a_list_is_discarded(granter: SignedIn, cast: Cast) -> None:
    preview = await draft(granter)
    page = await send(granter, f"{preview}/discard", preview)
    assert "was discarded" in page.text
    assert (await granter.get(preview)).status_code == 404


@pytest.mark.parametrize("path", [FORM, "/staff/points/batches/1"])
async def test_other_staff_cannot_see_it(
    guest: httpx.AsyncClient, browser_of_alice: SignedIn, clerk: SignedIn, path: str
) -> None:
    assert "/login?next=" in (await guest.get(path)).headers["location"]
    assert (await browser_of_alice.get(path)).status_code == 404
    assert (await clerk.get(path)).status_code == 404


async def test_a_right_that_was_taken_away_is_not_used(granter: SignedIn, cast: Cast) -> None:
    fields = {**keys_of((await granter.get(FORM)).text), "text": LIST}
    row = await User.select(User.id).where(User.username == "granter").first()
    await RightsRepository().set(row["id"], [])
    assert (await granter.post("/staff/points/grant-many", data=fields)).status_code == 404


async def test_pages_of_many_lists(granter: SignedIn, cast: Cast) -> None:
    for n in range(60):
        await make_user(f"p{n:02}x")
    text = "\n".join(["alice,5,x", *[f"p{n:02}x,5,x" for n in range(60)]])
    preview = await draft(granter, text)
    page = (await granter.get(preview)).text
    assert page.count("<td>x</td>") == 50
    [address] = re.findall(r'href="([^"]+)" rel="next"', page)
    assert (await granter.get(address.replace("&amp;", "&"))).text.count("<td>x</td>") == 11


async def test_a_department_without_others_and_titles_without_lines_are_refused(
    granter: SignedIn, cast: Cast
) -> None:
    path = "/staff/points/grant-many"
    nobody = await send(granter, path, department="없는 팀", amount="500", reason="x")
    assert nobody.status_code == 400
    assert await PointBatch.count() == 0
    empty = await send(granter, path, text="username,points,reason")
    assert empty.status_code == 400
    assert await PointBatch.count() == 0
