"""Staff find people, see them whole, and change accounts within their rights."""

import re
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.staff.people_repository import PersonFilter, PersonRepository
from shop.staff.rights_repository import RightsRepository
from shop.users.tables import User
from tests.cast import Cast, SignedIn, balance_of, make_user, sign_in
from tests.unit.staff.conftest import actions_of
from tests.unit.web.helpers import client_of


@pytest.fixture
async def personnel(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """A member of staff who may see to people and points."""
    user_id = await make_user("personnel", 0, admin=True)
    await RightsRepository().set(user_id, ["people", "points"])
    async with sign_in(app, "personnel") as client:
        client.headers["Accept-Language"] = "en"
        yield client


async def send(client: SignedIn, user_id: int, form: str, **fields: Any) -> httpx.Response:
    """Opens the page of a person, sends one of its forms, and follows it."""
    page = (await client.get(f"/staff/people/{user_id}")).text
    key = re.findall(r'name="form_key" value="([^"]+)"', page)
    fields["form_key"] = key[0] if key else "k" * 20
    response = await client.post(
        f"/staff/people/{user_id}/{form}", data={"_csrf_token": client.csrf_token, **fields}
    )
    return await client.get(response.headers["location"]) if response.is_redirect else response


@pytest.mark.parametrize("q", ["오서현", "오", "오서 현", "SEO", "seo@", "2026", ""])
async def test_one_box_finds_a_person(cast: Cast, q: str) -> None:
    seo = await make_user(
        "seohyun", last_name="오", first_name="서현", email="seo@x.kr", employee_no="20260001"
    )
    found = [person.id for person in await PersonRepository().find(PersonFilter(q), None, 50)]
    assert seo in found
    assert len(found) == 1 or q == ""


@pytest.mark.parametrize("q", ["%", "_", "x", "'", "\\"])
async def test_a_search_without_matches_says_so(personnel: SignedIn, q: str) -> None:
    page = await personnel.get("/staff/people", params={"q": q})
    assert (page.status_code, "No people found." in page.text) == (200, True)


async def test_filters_and_pages(personnel: SignedIn, cast: Cast) -> None:
    for n in range(60):
        await make_user(f"many{n:02}", department="영업팀")
    await make_user("left", active=False)
    page = (await personnel.get("/staff/people?department=영업팀")).text
    assert page.count('<td><a href="/staff/people/') == 50
    [address] = re.findall(r'href="([^"]+)" rel="next"', page)
    second = (await personnel.get(address.replace("&amp;", "&"))).text
    assert second.count('<td><a href="/staff/people/') == 10
    closed = (await personnel.get("/staff/people?account=closed")).text
    assert closed.count('<td><a href="/staff/people/') == 1
    staff = (await personnel.get("/staff/people?account=staff")).text
    assert staff.count('<td><a href="/staff/people/') == 2


async def test_points_are_granted_and_corrected_once(personnel: SignedIn, cast: Cast) -> None:
    page = await send(personnel, cast.bob, "points/grant", amount="1,000", reason="gift")
    assert "1,000 points for bob. New balance: 1,000 points." in page.text
    await send(personnel, cast.bob, "points/adjust", amount="-400", reason="mistake")
    assert await balance_of(cast.bob) == 600
    assert await actions_of(f"user:{cast.bob}") == [
        ("points.grant", "gift"),
        ("points.correct", "mistake"),
    ]


async def test_a_form_sent_twice_grants_once(personnel: SignedIn, cast: Cast) -> None:
    data = {"form_key": "k" * 20, "amount": "5", "reason": "x"}
    path = f"/staff/people/{cast.bob}/points/grant"
    answers = [await personnel.post(path, data=data) for _ in range(2)]
    assert {answer.headers["location"] for answer in answers} == {
        f"/staff/people/{cast.bob}?done={'k' * 20}"
    }
    assert await balance_of(cast.bob) == 5


@pytest.mark.parametrize("amount", ["0", "-5", "x", "", "1.5", "10000000000"])
async def test_a_wrong_amount_is_refused_on_the_page(
    personnel: SignedIn, cast: Cast, amount: str
) -> None:
    page = await send(personnel, cast.bob, "points/grant", amount=amount, reason="x")
    assert (page.status_code, "Please enter a whole number" in page.text) == (400, True)
    assert await balance_of(cast.bob) == 0


async def test_staff_cannot_grant_points_to_themselves(personnel: SignedIn, cast: Cast) -> None:
    row = await User.select(User.id).where(User.username == "personnel").first()
    page = await send(personnel, row["id"], "points/grant", amount="5", reason="x")
    assert (page.status_code, "your own points" in page.text) == (400, True)


@pytest.mark.parametrize(("points", "left"), [("take", 0), ("keep", 100_000)])
async def test_an_account_is_closed_with_its_points(
    personnel: SignedIn, browser_of_alice: SignedIn, cast: Cast, points: str, left: int
) -> None:
    page = await send(personnel, cast.alice, "close", points=points, reason="left the company")
    assert "The account alice is closed" in page.text
    assert await balance_of(cast.alice) == left
    assert (await browser_of_alice.get("/account")).status_code == 303
    page = await send(personnel, cast.alice, "reopen")
    assert "is open again" in page.text
    assert [action for action, _ in await actions_of(f"user:{cast.alice}")] == [
        "user.close",
        "user.open",
    ]


async def test_details_are_saved_and_logged(personnel: SignedIn, cast: Cast) -> None:
    details = {"last_name": "김", "first_name": "밥", "email": "b@x.kr", "employee_no": "7"}
    page = await send(personnel, cast.bob, "details", **details, department="영업팀")
    assert "The details of bob are saved." in page.text
    assert "김밥" in page.text
    page = await send(personnel, cast.alice, "details", employee_no="7")
    assert (page.status_code, "already has this employee number" in page.text) == (400, True)


@pytest.mark.parametrize("form", ["close", "password-link", "details"])
async def test_only_a_superuser_changes_accounts_of_staff(
    personnel: SignedIn, cast: Cast, form: str
) -> None:
    page = await send(personnel, cast.admin, form, reason="x")
    assert (page.status_code, "Only a superuser" in page.text) == (400, True)
    shown = (await personnel.get(f"/staff/people/{cast.admin}")).text
    assert f"/staff/people/{cast.admin}/close" not in shown


async def test_only_a_superuser_gives_rights_and_not_to_themselves(
    personnel: SignedIn, chief: SignedIn, cast: Cast
) -> None:
    assert (await send(personnel, cast.bob, "rights", right="points")).status_code == 404
    await send(chief, cast.bob, "rights", right=["stock", "points", "nonsense"])
    assert (await RightsRepository().of(cast.bob))[1] == ["stock", "points"]
    assert (await send(chief, cast.admin, "rights", right="stock")).status_code == 400
    await send(chief, cast.bob, "rights")
    assert (await RightsRepository().of(cast.bob))[1] == []


async def test_without_the_right_for_points_nothing_is_granted(app: Litestar, cast: Cast) -> None:
    user_id = await make_user("reception", admin=True)
    await RightsRepository().set(user_id, ["people"])
    async with sign_in(app, "reception") as client:
        page = await send(client, cast.bob, "points/grant", amount="5", reason="x")
        assert page.status_code == 404
        assert "points/grant" not in (await client.get(f"/staff/people/{cast.bob}")).text


@pytest.mark.parametrize("path", ["/staff/people", "/staff/people/1"])
async def test_other_staff_cannot_see_them(
    guest: httpx.AsyncClient, browser_of_alice: SignedIn, clerk: SignedIn, path: str
) -> None:
    assert "/login?next=" in (await guest.get(path)).headers["location"]
    assert (await browser_of_alice.get(path)).status_code == 404
    assert (await clerk.get(path)).status_code == 404


async def link_of(personnel: SignedIn, user_id: int) -> str:
    page = await send(personnel, user_id, "password-link")
    [address] = re.findall(r'value="http://shop.test(/password/[^"]+)"', page.text)
    return str(address)


async def test_a_lost_password_is_set_by_a_link_once(
    personnel: SignedIn, browser_of_alice: SignedIn, app: Litestar, cast: Cast
) -> None:
    link = await link_of(personnel, cast.alice)
    async with client_of(app, headers={"Accept-Language": "en"}) as browser:
        assert "Your username is alice." in (await browser.get(link)).text
        weak = await browser.post(link, data={"new_password": "alice"})
        assert weak.status_code == 400
        new = "battery-staple-lamp"
        assert (await browser.post(link, data={"new_password": new})).is_redirect
        assert (await browser.get(link)).status_code == 404
        assert (await browser.post(link, data={"new_password": new})).status_code == 404
        form = {"username": "alice", "password": new}
        assert (await browser.post("/login", data=form)).status_code == 303
    assert (await browser_of_alice.get("/account")).status_code == 303


async def test_a_newer_link_ends_the_older_one_and_closing_ends_both(
    personnel: SignedIn, guest: httpx.AsyncClient, cast: Cast
) -> None:
    first = await link_of(personnel, cast.alice)
    second = await link_of(personnel, cast.alice)
    assert (await guest.get(first)).status_code == 404
    assert (await guest.get(second)).status_code == 200
    await send(personnel, cast.alice, "close", reason="x")
    assert (await guest.get(second)).status_code == 404


@pytest.mark.parametrize("token", ["x", "1", "1-", "-1-x", "9" * 30 + "-x", "0-0", "²-x", "1-é"])
async def test_a_malformed_token_is_refused(guest: httpx.AsyncClient, token: str) -> None:
    assert (await guest.get(f"/password/{token}")).status_code == 404
