"""An opened form acts once, however often it is sent; two opened forms act twice."""

import asyncio
from typing import Any

import httpx
import pytest

from shop.external.tables import OutboxMessage
from shop.orders.tables import Order
from shop.points.tables import PointEntry
from shop.products.tables import Category, Product, StockEntry
from shop.users.passwords import check_password
from shop.users.tables import User
from tests.cast import Cast, balance_of, make_category, make_product, stock_of
from tests.unit.admin.conftest import AdminPage
from tests.unit.admin.test_forms import NOW, bought, make_message

FORMS = "/admin/api/forms/"
TABLES = "/admin/api/tables/"
MOVEMENTS = ["grant-points", "correct-points", "receive-stock", "correct-stock"]


async def opened(staff: httpx.AsyncClient, address: str) -> dict[str, str]:
    assert isinstance(staff, AdminPage)
    return await staff.opened("POST", address)


async def fields_of(form: str, **changes: Any) -> dict[str, Any]:
    product = await Product.select(Product.id).first() or {"id": await make_product(stock=10)}
    subject = {"username": "alice"} if "points" in form else {"product_id": product["id"]}
    return {**subject, "amount": 7, "reason": "x", **changes}


async def moved() -> list[int]:
    entries = await PointEntry.select(PointEntry.amount).where(PointEntry.reason == "x")
    entries += await StockEntry.select(StockEntry.amount).where(StockEntry.reason == "x")
    return [entry["amount"] for entry in entries]


@pytest.mark.parametrize("form", MOVEMENTS)
async def test_a_form_sent_twice_moves_once_with_the_same_response(
    staff: httpx.AsyncClient, form: str
) -> None:
    address = f"{FORMS}{form}/"
    fields = {**await fields_of(form), **await opened(staff, address)}
    answers = [await staff.post(address, json=fields) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200] * 3
    assert len({answer.text for answer in answers}) == 1
    assert await moved() == [7]


@pytest.mark.parametrize("form", MOVEMENTS)
async def test_two_opened_forms_move_twice(staff: httpx.AsyncClient, form: str) -> None:
    fields = await fields_of(form)
    for _ in range(2):
        assert (await staff.post(f"{FORMS}{form}/", json=fields)).status_code == 200
    assert await moved() == [7, 7]


@pytest.mark.parametrize("form", MOVEMENTS)
@pytest.mark.parametrize("change", [{"amount": 8}, {"reason": "y"}])
async def test_the_same_form_with_other_entries_is_refused(
    staff: httpx.AsyncClient, form: str, change: dict[str, Any]
) -> None:
    address = f"{FORMS}{form}/"
    fields = {**await fields_of(form), **await opened(staff, address)}
    await staff.post(address, json=fields)
    answer = await staff.post(address, json={**fields, **change})
    assert answer.status_code == 422
    assert "open it again" in answer.json()["custom_form_error"]
    assert await moved() == [7]


async def test_a_key_is_of_one_form_and_of_one_member_of_staff(
    staff: httpx.AsyncClient, clerk: httpx.AsyncClient
) -> None:
    fields = {**await fields_of("grant-points"), "form_key": "0123456789abcdef"}
    assert (await staff.post(f"{FORMS}grant-points/", json=fields)).status_code == 200
    for client, form in [(staff, "correct-points"), (clerk, "grant-points")]:
        answer = await client.post(f"{FORMS}{form}/", json=fields)
        assert answer.status_code == 422
    assert await moved() == [7]


async def test_a_form_that_was_refused_can_be_put_right(staff: httpx.AsyncClient) -> None:
    address = f"{FORMS}correct-stock/"
    fields = {**await fields_of("correct-stock", amount=-99), **await opened(staff, address)}
    assert (await staff.post(address, json=fields)).status_code == 422
    assert (await staff.post(address, json={**fields, "amount": 7})).status_code == 200
    assert await moved() == [7]


@pytest.mark.parametrize("key", [None, "", "short", "x" * 65, "with spaces in it!", 1, ["a" * 32]])
@pytest.mark.parametrize("form", MOVEMENTS)
async def test_a_form_without_its_key_is_refused(
    staff: httpx.AsyncClient, form: str, key: object
) -> None:
    fields = {**await fields_of(form), "form_key": key}
    answer = await staff.post(f"{FORMS}{form}/", json=fields)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["form_key"]
    assert await moved() == []


@pytest.mark.committed
@pytest.mark.parametrize("form", MOVEMENTS)
async def test_of_forms_sent_at_the_same_time_one_moves(
    staff: httpx.AsyncClient, form: str
) -> None:
    address = f"{FORMS}{form}/"
    fields = {**await fields_of(form), **await opened(staff, address)}
    answers = await asyncio.gather(*(staff.post(address, json=fields) for _ in range(6)))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.text for answer in answers}) == 1
    assert await moved() == [7]


async def test_an_order_is_cancelled_once_with_the_same_response(
    staff: httpx.AsyncClient, alice: httpx.AsyncClient, cast: Cast
) -> None:
    order = await bought(alice, await make_product(stock=5, price=1_000))
    address = f"{FORMS}cancel-an-order/"
    fields = {"order_id": order, **await opened(staff, address)}
    first, again = [await staff.post(address, json=fields) for _ in range(2)]
    assert again.json() == first.json()
    assert "are restored" in first.json()["custom_form_success"]
    assert (await Order.select(Order.status).first())["status"] == "cancelled"
    assert await balance_of(cast.alice) == 100_000


async def test_a_message_is_due_again_once(staff: httpx.AsyncClient) -> None:
    message = await make_message(given_up_at=NOW, attempts=13, due_at=NOW)
    address = f"{FORMS}send-a-message-again/"
    fields = {"message_id": message, **await opened(staff, address)}
    assert (await staff.post(address, json=fields)).status_code == 200
    await OutboxMessage.update({OutboxMessage.attempts: 5}).where(OutboxMessage.id == message)
    assert (await staff.post(address, json=fields)).status_code == 200
    assert (await OutboxMessage.select().first())["attempts"] == 5


async def test_a_password_is_set_once_and_its_key_does_not_reveal_it(
    staff: httpx.AsyncClient, cast: Cast
) -> None:
    address = f"{FORMS}set-a-password/"
    key = await opened(staff, address)
    fields = {"username": "alice", "new_password": "long-enough-for-me", **key}
    for password, status in [("long-enough-for-me", 200), ("another-long-one", 422)]:
        answer = await staff.post(address, json={**fields, "new_password": password})
        assert answer.status_code == status
    stored = (await User.select(User.password).where(User.id == cast.alice).first())["password"]
    assert await check_password("long-enough-for-me", stored)


async def new_row(table: str) -> dict[str, Any]:
    if table == "categories":
        return {"slug": "tea", "name": "차", "position": 2}
    return {"name": "새 상품", "price": 1200, "category": await make_category()}


NEW = [("products", Product), ("categories", Category)]


@pytest.mark.parametrize(("table", "rows"), NEW)
async def test_a_new_row_that_is_sent_twice_is_added_once(
    staff: httpx.AsyncClient, table: str, rows: Any
) -> None:
    fields = {**await new_row(table), **await opened(staff, f"{TABLES}{table}/")}
    before = await rows.count()
    first, again = [await staff.post(f"{TABLES}{table}/", json=fields) for _ in range(2)]
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    other = await staff.post(f"{TABLES}{table}/", json={**fields, "name": "다른 이름"})
    assert other.status_code == 422
    assert other.json()["detail"][0]["loc"] == ["body", "form_key"]
    assert await rows.count() == before + 1


@pytest.mark.committed
@pytest.mark.parametrize(("table", "rows"), NEW)
async def test_of_new_rows_that_are_sent_at_the_same_time_one_is_added(
    staff: httpx.AsyncClient, table: str, rows: Any
) -> None:
    fields = {**await new_row(table), **await opened(staff, f"{TABLES}{table}/")}
    before = await rows.count()
    posts = [staff.post(f"{TABLES}{table}/", json=fields) for _ in range(5)]
    answers = await asyncio.gather(*posts)
    assert [answer.status_code for answer in answers] == [201] * 5
    assert len({answer.text for answer in answers}) == 1
    assert await rows.count() == before + 1


@pytest.mark.parametrize("table", ["products", "categories"])
@pytest.mark.parametrize("key", ["", None, "short", 7, {"a": 1}])
async def test_a_new_row_without_its_key_is_refused(
    staff: httpx.AsyncClient, table: str, key: object
) -> None:
    answer = await staff.post(f"{TABLES}{table}/", json={**await new_row(table), "form_key": key})
    assert answer.status_code == 428
    assert answer.json()["type"] == "/problems/form-not-opened"


async def test_two_equal_products_can_be_added_on_purpose(staff: httpx.AsyncClient) -> None:
    fields = await new_row("products")
    ids = [(await staff.post(f"{TABLES}products/", json=fields)).json() for _ in range(2)]
    assert ids[0] != ids[1]


async def test_staff_cannot_change_their_own_points(
    clerk: httpx.AsyncClient, staff: httpx.AsyncClient
) -> None:
    for client, name in [(clerk, "clerk"), (staff, " Admin ")]:
        for form, amount in [("grant-points", 5), ("correct-points", 5), ("correct-points", -5)]:
            fields = {"username": name, "amount": amount, "reason": "x"}
            answer = await client.post(f"{FORMS}{form}/", json=fields)
            assert answer.status_code == 422
            assert "own points" in answer.json()["custom_form_error"]
    assert await moved() == []


async def test_the_stock_of_a_sent_form_names_it(staff: httpx.AsyncClient) -> None:
    fields = {**await fields_of("receive-stock"), "form_key": "fedcba9876543210"}
    await staff.post(f"{FORMS}receive-stock/", json=fields)
    entry = await StockEntry.select().where(StockEntry.reason == "x").first()
    assert entry["reference"] == "staff:fedcba9876543210"
    assert await stock_of(entry["product"]) == 17
