"""The forms of staff: stock, points, orders, messages and passwords."""

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shop.external.tables import OutboxMessage
from shop.orders.tables import Order
from shop.points.tables import PointEntry
from shop.products.tables import StockEntry
from shop.users.passwords import check_password
from shop.users.tables import SecondFactor, Session, User
from tests.cast import Cast, balance_of, make_product, stock_of
from tests.unit.users.factors import Clock, enrolled

FORMS = "/admin/api/forms"
NOW = datetime(2026, 1, 1, tzinfo=UTC)


async def send(client: httpx.AsyncClient, form: str, **fields: Any) -> httpx.Response:
    return await client.post(f"{FORMS}/{form}/", json=fields)


async def test_the_forms_are_grouped(staff: httpx.AsyncClient) -> None:
    groups = (await staff.get(f"{FORMS}/grouped/")).json()
    assert sorted(groups["grouped"]) == ["Orders", "Points", "Stock", "Users"]
    assert groups["ungrouped"] == []


@pytest.mark.parametrize(
    ("form", "amount", "kind"),
    [
        ("receive-stock", 5, "receive"),
        ("correct-stock", -2, "adjust"),
        ("correct-stock", 2, "adjust"),
    ],
)
async def test_stock_moves_with_who_and_why(
    staff: httpx.AsyncClient, cast: Cast, form: str, amount: int, kind: str
) -> None:
    product = await make_product(stock=10)
    answer = await send(staff, form, product_id=product, amount=amount, reason=" 재고 조사 ")
    assert answer.status_code == 200
    assert str(10 + amount) in answer.json()["custom_form_success"]
    assert await stock_of(product) == 10 + amount
    entry = await StockEntry.select().order_by(StockEntry.id, ascending=False).first()
    assert (entry["amount"], entry["kind"], entry["quantity_after"]) == (amount, kind, 10 + amount)
    assert (entry["actor"], entry["reason"]) == (cast.admin, "재고 조사")


@pytest.mark.parametrize(
    ("form", "amount", "kind"),
    [("grant-points", 500, "grant"), ("correct-points", -500, "adjust")],
)
async def test_points_move_with_who_and_why(
    clerk: httpx.AsyncClient, cast: Cast, form: str, amount: int, kind: str
) -> None:
    answer = await send(clerk, form, username=" Alice ", amount=amount, reason="이벤트")
    assert answer.status_code == 200
    assert await balance_of(cast.alice) == 100_000 + amount
    entry = await PointEntry.select().order_by(PointEntry.id, ascending=False).first()
    clerk_id = (await User.select(User.id).where(User.username == "clerk").first())["id"]
    assert (entry["user"], entry["amount"], entry["kind"]) == (cast.alice, amount, kind)
    assert (entry["actor"], entry["reason"]) == (clerk_id, "이벤트")
    assert entry["balance_after"] == 100_000 + amount


async def test_nothing_goes_below_zero(staff: httpx.AsyncClient, cast: Cast) -> None:
    product = await make_product(stock=3)
    stock = await send(staff, "correct-stock", product_id=product, amount=-4, reason="x")
    points = await send(staff, "correct-points", username="bob", amount=-1, reason="x")
    for answer in (stock, points):
        assert answer.status_code == 422
        assert answer.json()["custom_form_error"].endswith(".")
    assert (await stock_of(product), await balance_of(cast.bob)) == (3, 0)
    assert await StockEntry.count() == 1


@pytest.mark.parametrize("amount", [0, 1_000_000_001, -1_000_000_001, 10**30, "", "x", None, 1.5])
@pytest.mark.parametrize(
    "form", ["receive-stock", "correct-stock", "grant-points", "correct-points"]
)
async def test_senseless_amounts_are_refused(
    staff: httpx.AsyncClient, cast: Cast, form: str, amount: object
) -> None:
    product = await make_product(stock=3)
    answer = await send(
        staff, form, product_id=product, username="alice", amount=amount, reason="x"
    )
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["amount"]
    assert (await stock_of(product), await balance_of(cast.alice)) == (3, 100_000)


@pytest.mark.parametrize("form", ["receive-stock", "grant-points"])
async def test_only_corrections_take_away(staff: httpx.AsyncClient, cast: Cast, form: str) -> None:
    product = await make_product(stock=3)
    answer = await send(staff, form, product_id=product, username="alice", amount=-1, reason="x")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("wrong", "english", "korean"),
    [
        ({"amount": 0}, "other than 0", "0"),
        ({"amount": ""}, "whole number", "정수"),
        ({"amount": 10**10}, "1,000,000,000 or less", "1,000,000,000 이하"),
        ({"amount": -(10**10)}, "-1,000,000,000 or more", "-1,000,000,000 이상"),
        ({"reason": " "}, "at least 1", "1자 이상"),
        ({"reason": "x" * 201}, "at most 200", "200자 이하"),
        ({"product_id": None}, "whole number", "정수"),
        ({"form_key": "short"}, "open this form again", "다시 열어"),
    ],
)
async def test_a_refusal_is_in_the_language_of_staff(
    staff: httpx.AsyncClient, wrong: dict[str, Any], english: str, korean: str
) -> None:
    fields = {"product_id": await make_product(), "amount": 1, "reason": "x", **wrong}
    for language, words in [("en", english), ("ko", korean)]:
        staff.headers["Accept-Language"] = language
        answer = await send(staff, "correct-stock", **fields)
        assert answer.status_code == 422
        [error] = answer.json()["detail"]
        assert words in error["msg"]


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "\x00", None])
async def test_a_reason_is_needed(staff: httpx.AsyncClient, cast: Cast, reason: object) -> None:
    product = await make_product(stock=3)
    answer = await send(staff, "receive-stock", product_id=product, amount=1, reason=reason)
    assert answer.status_code == 422
    assert await stock_of(product) == 3


@pytest.mark.parametrize(
    ("form", "fields"),
    [
        ("receive-stock", {"product_id": 999_999, "amount": 1, "reason": "x"}),
        ("grant-points", {"username": "nobody", "amount": 1, "reason": "x"}),
        ("fulfil-an-order", {"order_id": 999_999}),
        ("cancel-an-order", {"order_id": 999_999}),
        ("send-a-message-again", {"message_id": 999_999}),
        ("set-a-password", {"username": "nobody", "new_password": "long-enough"}),
        ("reset-two-step-verification", {"username": "nobody"}),
    ],
)
async def test_unknown_ids_are_refused_by_name(
    staff: httpx.AsyncClient, form: str, fields: dict[str, Any]
) -> None:
    answer = await send(staff, form, **fields)
    assert answer.status_code == 422
    assert answer.json()["custom_form_error"].startswith("There is no")


async def bought(alice: httpx.AsyncClient, product: int) -> int:
    items = [{"product_id": product, "quantity": 2}]
    answer = await alice.post("/api/v1/orders", json={"items": items})
    return int(answer.json()["id"])


async def test_cancelling_refunds_once(
    staff: httpx.AsyncClient, alice: httpx.AsyncClient, cast: Cast
) -> None:
    product = await make_product(stock=5, price=1_000)
    order = await bought(alice, product)
    assert (await stock_of(product), await balance_of(cast.alice)) == (3, 98_000)
    for told in ("are restored", "has already been cancelled", "has already been cancelled"):
        answer = await send(staff, "cancel-an-order", order_id=order)
        assert told in answer.json()["custom_form_success"]
        assert (await stock_of(product), await balance_of(cast.alice)) == (5, 100_000)
    answer = await send(staff, "fulfil-an-order", order_id=order)
    assert answer.json() == {
        "custom_form_error": "This step is not possible. "
        "The order is not at the step before it, or was cancelled."
    }


async def test_a_fulfilled_order_cannot_be_cancelled(
    staff: httpx.AsyncClient, alice: httpx.AsyncClient, cast: Cast
) -> None:
    order = await bought(alice, await make_product(stock=5))
    for told in ("Done.", "has already been fulfilled"):
        answer = await send(staff, "fulfil-an-order", order_id=order)
        assert told in answer.json()["custom_form_success"]
    answer = await send(staff, "cancel-an-order", order_id=order)
    assert answer.status_code == 422
    assert "can no longer be cancelled" in answer.json()["custom_form_error"]
    assert (await Order.select(Order.status).first())["status"] == "fulfilled"


async def make_message(**columns: Any) -> int:
    message = OutboxMessage(
        message_id="msg_1", type="order.created", subject="order:1", payload="{}", **columns
    )
    [row] = await OutboxMessage.insert(message).returning(OutboxMessage.id)
    return int(row["id"])


async def test_an_abandoned_message_is_sent_again(staff: httpx.AsyncClient) -> None:
    message = await make_message(given_up_at=NOW, attempts=13, due_at=NOW)
    assert (await send(staff, "send-a-message-again", message_id=message)).status_code == 200
    row = await OutboxMessage.select().first()
    assert (row["given_up_at"], row["attempts"]) == (None, 0)
    assert row["due_at"] > NOW


async def test_a_message_that_was_accepted_is_not_sent_again(staff: httpx.AsyncClient) -> None:
    message = await make_message(sent_at=NOW, due_at=NOW)
    answer = await send(staff, "send-a-message-again", message_id=message)
    assert answer.status_code == 422
    assert (await OutboxMessage.select().first())["due_at"] == NOW


async def test_a_new_password_signs_its_owner_out(
    staff: httpx.AsyncClient, shopper: httpx.AsyncClient, cast: Cast
) -> None:
    answer = await send(staff, "set-a-password", username="alice", new_password="long-enough")
    assert answer.status_code == 200
    stored = (await User.select(User.password).where(User.id == cast.alice).first())["password"]
    assert await check_password("long-enough", stored)
    assert not await Session.exists().where(Session.user == cast.alice)
    assert await Session.exists().where(Session.user == cast.admin)


@pytest.mark.parametrize("password", ["short", "x" * 129, "alice-demo", "", "password", "Alice123"])
async def test_a_password_keeps_the_rules(
    staff: httpx.AsyncClient, cast: Cast, password: str
) -> None:
    before = await User.select(User.password).where(User.id == cast.alice)
    answer = await send(staff, "set-a-password", username="alice", new_password=password)
    assert answer.status_code == 422
    assert len(answer.json()["custom_form_error"]) > 20
    assert await User.select(User.password).where(User.id == cast.alice) == before


async def test_only_a_superuser_sets_passwords(clerk: httpx.AsyncClient, cast: Cast) -> None:
    before = await User.select(User.password).where(User.id == cast.alice)
    answer = await send(clerk, "set-a-password", username="alice", new_password="long-enough")
    assert answer.status_code == 422
    assert await User.select(User.password).where(User.id == cast.alice) == before


async def enrol(user_id: int, monkeypatch: pytest.MonkeyPatch) -> None:
    await enrolled(user_id, Clock(monkeypatch))


async def test_a_reset_of_two_step_verification_signs_its_owner_out(
    staff: httpx.AsyncClient, clerk: httpx.AsyncClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk_id = (await User.select(User.id).where(User.username == "clerk").first())["id"]
    await enrol(clerk_id, monkeypatch)
    await enrol(cast.admin, monkeypatch)
    answer = await send(staff, "reset-two-step-verification", username="clerk")
    assert answer.status_code == 200
    rows = await SecondFactor.select(SecondFactor.user)
    assert [row["user"] for row in rows] == [cast.admin]
    assert not await Session.exists().where(Session.user == clerk_id)
    again = await send(staff, "reset-two-step-verification", username="clerk")
    assert again.status_code == 422


async def test_only_a_superuser_resets_two_step_verification(
    clerk: httpx.AsyncClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    await enrol(cast.admin, monkeypatch)
    answer = await send(clerk, "reset-two-step-verification", username="admin")
    assert answer.status_code == 422
    assert await SecondFactor.count() == 1
