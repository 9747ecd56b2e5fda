"""A shopper takes everything along and closes the account; staff erase what names a person."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest
from litestar import Litestar

from shop.addresses.tables import Address
from shop.external.tables import OutboxMessage
from shop.orders.tables import Order, OrderRecipient
from shop.points.tables import PointBalance
from shop.staff.rights_repository import RightsRepository
from shop.staff_log.repository import StaffLogRepository
from shop.staff_log.tables import StaffAction
from shop.users.tables import Session, User
from tests.cast import PASSWORD, Cast, SignedIn, make_product, make_user, sign_in
from tests.unit.staff.conftest import actions_of, send

HOME = {
    "name": "김하나리",
    "phone": "010-7777-1234",
    "postcode": "04524",
    "line1": "세종대로 110",
}


@pytest.fixture
async def parcel(alice: httpx.AsyncClient, cast: Cast) -> int:
    """An order of alice with a recipient."""
    product = await make_product(price=10, stock=5, delivery="parcel")
    await alice.post("/api/v1/addresses", json=HOME)
    items = [{"product_id": product, "quantity": 1}]
    answer = await alice.post("/api/v1/orders", json={"items": items})
    assert answer.status_code == 201, answer.text
    return int(answer.json()["id"])


@pytest.fixture
async def chief(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """A superuser."""
    async with sign_in(app, "admin") as client:
        yield client


async def cancel(alice: httpx.AsyncClient, order_id: int) -> None:
    assert (await alice.post(f"/api/v1/orders/{order_id}/cancel")).status_code == 200


async def test_the_file_has_everything_and_no_secret(
    browser_of_alice: SignedIn, cast: Cast, parcel: int
) -> None:
    answer = await browser_of_alice.get("/account/export")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    data = answer.json()
    assert data["account"][0]["username"] == "alice"
    assert "password" not in data["account"][0]
    assert "token_hash" not in data["sessions"][0]
    assert data["addresses"][0]["phone"] == HOME["phone"]
    assert data["orders"][0]["id"] == parcel
    assert data["recipients"][0]["name"] == HOME["name"]
    assert data["order_lines"][0]["quantity"] == 1
    assert data["balance"][0]["balance"] > 0


async def test_the_file_has_nothing_of_others(
    app: Litestar, browser_of_alice: SignedIn, parcel: int
) -> None:
    async with sign_in(app, "bob") as bob:
        data = (await bob.get("/account/export")).json()
    assert data["orders"] == data["recipients"] == data["addresses"] == []
    assert len(data["account"]) == 1


async def test_guests_have_no_file(guest: httpx.AsyncClient) -> None:
    assert (await guest.get("/account/export")).status_code == 303


async def close(client: SignedIn, password: str = PASSWORD) -> httpx.Response:
    return await client.post("/account/close", data={"password": password})


async def test_an_account_is_closed_by_its_owner(app: Litestar, cast: Cast) -> None:
    async with sign_in(app, "bob") as bob:
        assert (await bob.get("/account/close")).status_code == 200
        answer = await close(bob)
        assert answer.status_code == 303
        assert (await bob.get("/account")).status_code == 303
        form = {"username": "bob", "password": PASSWORD}
        assert (await bob.post("/login", data=form)).status_code == 401
    assert await Session.count().where(Session.user == cast.bob) == 0


async def test_a_wrong_password_closes_nothing(app: Litestar, cast: Cast) -> None:
    async with sign_in(app, "bob") as bob:
        assert (await close(bob, "something else")).status_code == 401
        assert (await bob.get("/account")).status_code == 200


async def test_an_open_order_keeps_the_account_open(
    browser_of_alice: SignedIn, alice: httpx.AsyncClient, parcel: int
) -> None:
    answer = await close(browser_of_alice)
    assert answer.status_code == 409
    assert (await browser_of_alice.get("/account")).status_code == 200
    await cancel(alice, parcel)
    assert (await close(browser_of_alice)).status_code == 303


async def test_the_log_of_staff_does_not_name_an_erased_person(chief: SignedIn, cast: Cast) -> None:
    page = f"/staff/people/{cast.alice}"
    for details in (
        {"first_name": "하나리", "email": "hanari@shop.test", "employee_no": "E-77"},
        {"first_name": "두나리", "email": "dunari@shop.test", "employee_no": "E-78"},
    ):
        form = {"last_name": "", "department": "총무", **details}
        assert (await send(chief, page, f"{page}/details", **form)).status_code == 200
    await log_of(cast.bob, {"email": "bob@shop.test"})
    assert (await erase(chief, cast.alice)).status_code == 200
    rows = await StaffAction.select(StaffAction.action, StaffAction.before, StaffAction.after)
    for text in ("하나리", "두나리", "hanari", "dunari", "E-77", "E-78", "총무", "alice"):
        assert text not in str(rows)
    edits = [row for row in rows if row["action"] == "user.edit"]
    assert len(edits) == 2
    assert all('"email": null' in row["after"] for row in edits)
    assert "bob@shop.test" in str(rows)


async def log_of(user_id: int, after: dict[str, Any]) -> None:
    subject = f"user:{user_id}"
    await StaffLogRepository().record(user_id, "row.edit", subject, after=after, reason="kept")


@pytest.mark.parametrize(
    "change",
    [
        "reason = ''",
        "actor = actor + 1",
        "action = 'x'",
        "after = NULL",
        "after = '{}'",
        """after = '{"email": "c@shop.test"}'""",
        """before = '{"email": null}'""",
    ],
)
async def test_nothing_else_of_the_log_can_be_changed(cast: Cast, change: str) -> None:
    await log_of(cast.bob, {"email": "bob@shop.test"})
    sql = f"UPDATE staff_actions SET {change}".replace("{", "{{").replace("}", "}}")
    with pytest.raises(asyncpg.RestrictViolationError):
        await StaffAction.raw(sql)


async def erase(chief: SignedIn, user_id: int, typed: str = "alice") -> Any:
    page = f"/staff/people/{user_id}"
    return await send(chief, page, f"{page}/erase", typed=typed, reason="asked for it")


async def test_staff_erase_what_names_a_person_and_keep_the_books(
    chief: SignedIn, alice: httpx.AsyncClient, cast: Cast, parcel: int
) -> None:
    await User.update(
        first_name="하나리", email="hanari@shop.test", employee_no="E-77", department="총무"
    ).where(User.id == cast.alice)
    await cancel(alice, parcel)
    balance = await PointBalance.select(PointBalance.balance).where(PointBalance.user == cast.alice)
    assert (await erase(chief, cast.alice)).status_code == 200
    row = await User.select().where(User.id == cast.alice).first()
    assert row
    for text in ("alice", "하나리", "hanari", "E-77", "총무"):
        assert text not in str(row)
    assert await Address.count().where(Address.user == cast.alice) == 0
    [recipient] = await OrderRecipient.select().where(OrderRecipient.order == parcel)
    assert HOME["name"] not in str(recipient)
    for message in await OutboxMessage.select():
        assert HOME["phone"] not in str(message)
    assert await Order.count().where(Order.user == cast.alice) == 1
    assert balance == await PointBalance.select(PointBalance.balance).where(
        PointBalance.user == cast.alice
    )
    assert ("user.erase", "asked for it") in await actions_of(f"user:{cast.alice}")


async def test_the_username_must_be_typed(chief: SignedIn, cast: Cast) -> None:
    assert (await erase(chief, cast.alice, typed="alise")).status_code == 400
    assert await User.count().where(User.username == "alice") == 1


async def test_an_account_with_an_open_order_is_not_erased(
    chief: SignedIn, cast: Cast, parcel: int
) -> None:
    assert (await erase(chief, cast.alice)).status_code == 400
    assert await User.count().where(User.username == "alice") == 1


async def test_the_right_for_people_is_needed(app: Litestar, cast: Cast) -> None:
    user_id = await make_user("reader", admin=True)
    await RightsRepository().set(user_id, ["points"])
    async with sign_in(app, "reader") as client:
        page = f"/staff/people/{cast.alice}"
        form = {"typed": "alice", "reason": "x", "form_key": "k" * 24}
        answer = await client.post(f"{page}/erase", data=form)
    assert answer.status_code == 404
