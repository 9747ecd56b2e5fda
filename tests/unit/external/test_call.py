"""The call of an order to the partner: after its COMMIT, before its 201."""

import json
from datetime import UTC, datetime

import httpx
import pytest
from litestar import Litestar

import shop.database.engine
from shop.database import DB
from shop.external.relay import Relay
from shop.external.system import Reply
from shop.external.tables import OutboxMessage
from shop.orders.tables import Order
from tests.cast import Cast, Receiver, balance_of, make_product, stock_of
from tests.unit.buying import bought
from tests.unit.external.conftest import Partner

pytestmark = pytest.mark.committed
NOBODY_LISTENS = "http://127.0.0.1:1/"


async def only_message() -> OutboxMessage:
    [message] = await OutboxMessage.objects()
    return message


async def make_due() -> None:
    await OutboxMessage.update({OutboxMessage.due_at: datetime.now(UTC)}, force=True)


async def delivery_of(client: httpx.AsyncClient, order_id: int) -> str:
    return str((await client.get(f"/api/v1/orders/{order_id}")).json()["delivery"])


async def test_the_message_describes_the_order(
    alice: httpx.AsyncClient, cast: Cast, receiver: Receiver
) -> None:
    product = await make_product(price=1_000)
    order = await bought(alice, (product, 2))
    [message] = receiver.messages
    content = json.loads(message.raw)
    assert content.keys() == {"type", "timestamp", "data"}
    assert content["type"] == "order.created"
    assert datetime.fromisoformat(content["timestamp"]).tzinfo is not None
    for name in ("delivery", "recipient", "shipments", "desk_code"):
        del order[name]
    assert content["data"] == {**order, "user_id": cast.alice}


async def test_the_call_comes_after_the_commit_and_holds_no_connection(
    alice: httpx.AsyncClient, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looked at from within the call, over another connection."""
    real, seen = app.state.external.send, []

    async def send(message_id: str, payload: str) -> Reply:
        assert DB.pool is not None
        in_use = DB.pool.get_size() - DB.pool.get_idle_size()
        [activity] = await DB._run_in_pool(
            "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' "
            "AND datname = current_database()"
        )
        [orders] = await DB._run_in_pool("SELECT count(*) FROM orders")
        seen.append((DB.current_transaction.get(), in_use, activity["count"], orders["count"]))
        reply: Reply = await real(message_id, payload)
        return reply

    monkeypatch.setattr(app.state.external, "send", send)
    order = await bought(alice, (await make_product(), 1))
    assert seen == [(None, 0, 0, 1)]
    assert order["delivery"] == "sent"


async def test_an_accepted_message_is_sent_for_good(
    alice: httpx.AsyncClient, receiver: Receiver, relay: Relay
) -> None:
    await bought(alice, (await make_product(), 1))
    message = await only_message()
    assert (message.attempts, message.lease_token, message.leased_until) == (1, None, None)
    assert message.sent_at is not None
    await make_due()
    assert await relay.send_due() == 0
    assert [received.deliveries for received in receiver.messages] == [1]


async def test_a_partner_that_is_down_only_delays_messages(
    alice: httpx.AsyncClient,
    app: Litestar,
    cast: Cast,
    receiver: Receiver,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    product = await make_product(price=1_000)
    with monkeypatch.context() as down:
        down.setattr(app.state.external, "_url", NOBODY_LISTENS)
        order = await bought(alice, (product, 1))
    assert order["delivery"] == "pending"
    assert (await stock_of(product), await balance_of(cast.alice)) == (9, 99_000)
    message = await only_message()
    assert (message.attempts, message.sent_at, message.lease_token) == (1, None, None)
    assert message.due_at > datetime.now(UTC)
    await make_due()
    assert await relay.send_due() == 1
    assert await delivery_of(alice, order["id"]) == "sent"
    assert [received.deliveries for received in receiver.messages] == [1]


@pytest.mark.parametrize("mode", ["fail", "cut", "slow", "late"])
async def test_a_message_to_a_misbehaving_partner_is_retried(
    alice: httpx.AsyncClient,
    app: Litestar,
    own_receiver: Receiver,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
    mode: str,
) -> None:
    own_receiver.behave(mode, times=1, seconds=1.0)
    with monkeypatch.context() as hurried:
        if mode in ("slow", "late"):
            hurried.setattr(app.state.external, "_timeout", 0.2)
        order = await bought(alice, (await make_product(), 1))
    assert order["delivery"] == "pending"
    assert (await only_message()).sent_at is None
    await make_due()
    assert await relay.send_due() == 1
    assert await delivery_of(alice, order["id"]) == "sent"
    assert [message.id for message in own_receiver.messages] == [(await only_message()).message_id]


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 404, 410, 429, 500, 503])
async def test_anything_but_2xx_is_no_acceptance(
    alice: httpx.AsyncClient, receiver: Receiver, partner: Partner, status: int
) -> None:
    """A redirect is not followed either: it could lead anywhere."""
    partner.answer(status, location=receiver.url)
    order = await bought(alice, (await make_product(), 1))
    assert order["delivery"] == "pending"
    assert len(partner.asked) == 1
    assert receiver.messages == []


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_2xx_is_acceptance(
    alice: httpx.AsyncClient, partner: Partner, status: int
) -> None:
    partner.answer(status)
    assert (await bought(alice, (await make_product(), 1)))["delivery"] == "sent"


async def test_a_retry_is_the_same_message_under_the_same_id(
    alice: httpx.AsyncClient, partner: Partner, relay: Relay
) -> None:
    partner.answer(500)
    await bought(alice, (await make_product(), 1))
    await make_due()
    await relay.send_due()
    assert len({asked["webhook-id"] for asked in partner.asked}) == 1
    assert len(partner.bodies) == 2
    assert len(set(partner.bodies)) == 1


async def test_the_response_of_a_partner_is_stored_truncated(
    alice: httpx.AsyncClient, partner: Partner
) -> None:
    partner.answer(500, b"\x00no\xff" + b"x" * 100_000)
    await bought(alice, (await make_product(), 1))
    answer = (await only_message()).last_answer
    assert answer.startswith("500 no")
    assert len(answer) <= 300


async def test_an_order_stands_if_its_delivery_cannot_be_recorded(
    alice: httpx.AsyncClient, app: Litestar, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of the pool's connections are in use when the partner has responded."""
    real, held = app.state.external.send, []

    async def send(message_id: str, payload: str) -> Reply:
        reply: Reply = await real(message_id, payload)
        assert DB.pool is not None
        held.extend([await DB.pool.acquire() for _ in range(DB.pool.get_max_size())])
        monkeypatch.setattr(shop.database.engine, "ACQUIRE_TIMEOUT", 0.05)
        return reply

    monkeypatch.setattr(app.state.external, "send", send)
    product = await make_product()
    try:
        order = await bought(alice, (product, 1))
    finally:
        for connection in held:
            await connection.close()
            await DB.pool.release(connection)  # type: ignore[union-attr]
    assert order["delivery"] == "pending"
    assert await Order.count() == 1
    assert (await only_message()).lease_token is not None


TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


async def order_with(client: httpx.AsyncClient, **headers: str) -> httpx.Response:
    order = {"items": [{"product_id": await make_product(), "quantity": 1}]}
    response = await client.post("/api/v1/orders", json=order, headers=headers)
    assert response.status_code == 201
    return response


async def test_the_first_attempt_has_the_request_id_and_the_trace_of_its_own_order(
    alice: httpx.AsyncClient, partner: Partner
) -> None:
    traces = [TRACEPARENT, TRACEPARENT.replace("4bf9", "0af7")]
    for own, trace in zip(("first", "second"), traces, strict=True):
        await order_with(alice, **{"X-Request-Id": own, "traceparent": trace})
    await order_with(alice)
    assert [asked["x-request-id"] for asked in partner.asked[:2]] == ["first", "second"]
    assert [asked.get("traceparent") for asked in partner.asked] == [*traces, None]


async def test_a_malformed_trace_is_not_passed_on(
    alice: httpx.AsyncClient, partner: Partner
) -> None:
    headers = {"X-Request-Id": "two words", "traceparent": f"{TRACEPARENT}-more"}
    response = await order_with(alice, **headers)
    [asked] = partner.asked
    assert asked["x-request-id"] == response.headers["x-request-id"] != "two words"
    assert "traceparent" not in asked


async def test_later_attempts_have_neither_request_id_nor_trace(
    alice: httpx.AsyncClient, partner: Partner, relay: Relay
) -> None:
    partner.answer(500)
    await order_with(alice, **{"X-Request-Id": "mine", "traceparent": TRACEPARENT})
    await make_due()
    assert await relay.send_due() == 1
    first, second = partner.asked
    assert first.keys() - second.keys() == {"x-request-id", "traceparent"}
