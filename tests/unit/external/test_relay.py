"""The outbox and its relay: every message is accepted, by one sender at a time, in its order."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec
import pytest
from litestar import Litestar

from shop.database import DB, transaction
from shop.external.outbox import LEASE, PAUSES, Outbox, pause_before_next
from shop.external.relay import Relay
from shop.external.repository import Message, OutboxRepository, Result
from shop.external.system import Reply
from shop.external.tables import OutboxMessage
from tests.cast import Receiver
from tests.unit.external.conftest import Partner, new_outbox

SOON = timedelta(seconds=1)

pytestmark = pytest.mark.committed


class Data(msgspec.Struct):
    id: int = 1


async def write(
    outbox: Outbox,
    number: int = 1,
    kind: Literal["order.created", "order.cancelled"] = "order.created",
    leased: bool = False,
) -> Message:
    async with transaction():
        [message] = await outbox.write(kind, (f"order:{number}", Data(number)), leased=leased)
    return message


async def set_all(**columns: Any) -> None:
    await OutboxMessage.update(columns, force=True)


async def rows() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await OutboxMessage.select().order_by(OutboxMessage.id)
    return found


def result(
    message: Message, *, accepted: bool = False, pause: timedelta | None = None, answer: str
) -> Result:
    return Result(message.message_id, message.lease_token, accepted, pause, answer)


def now() -> datetime:
    return datetime.now(UTC)


async def test_unsent_messages_are_sent(outbox: Outbox, relay: Relay, receiver: Receiver) -> None:
    for number in range(3):
        await write(outbox, number)
    assert await relay.send_due() == 3
    assert await relay.send_due() == 0
    assert [message.deliveries for message in receiver.messages] == [1, 1, 1]


async def test_messages_leased_by_another_process_are_skipped(
    outbox: Outbox, relay: Relay, receiver: Receiver
) -> None:
    await write(outbox, leased=True)
    assert await relay.send_due() == 0
    assert receiver.messages == []


async def test_messages_of_a_dead_process_are_sent_when_its_lease_ends(
    outbox: Outbox, relay: Relay, receiver: Receiver
) -> None:
    await write(outbox, leased=True)
    await set_all(leased_until=now() - timedelta(seconds=1))
    assert await relay.send_due() == 1
    assert len(receiver.messages) == 1


async def test_messages_rolled_back_are_never_sent(outbox: Outbox, relay: Relay) -> None:
    async with transaction() as opened:
        await outbox.write("order.created", ("order:1", Data()), leased=False)
        await opened.rollback()
    assert await relay.send_due() == 0


async def test_an_expired_owner_cannot_undo_a_newer_acceptance(outbox: Outbox) -> None:
    repository = OutboxRepository()
    first = await write(outbox, leased=True)
    await set_all(leased_until=now() - timedelta(seconds=1))
    [second] = await outbox.claim_due(10)
    assert await repository.record([result(second, accepted=True, answer="200")]) == 1
    assert await repository.record([result(first, pause=SOON, answer="500")]) == 0
    assert await repository.record([result(first, answer="500")]) == 0
    [row] = await rows()
    assert (row["last_answer"], row["attempts"], row["given_up_at"]) == ("200", 1, None)
    assert row["sent_at"] is not None


async def test_an_expired_owner_cannot_end_a_newer_lease(outbox: Outbox) -> None:
    repository = OutboxRepository()
    first = await write(outbox, leased=True)
    await set_all(leased_until=now() - timedelta(seconds=1))
    [second] = await outbox.claim_due(10)
    assert await repository.record([result(first, pause=SOON, answer="500")]) == 0
    [row] = await rows()
    assert row["lease_token"] == second.lease_token
    assert await outbox.claim_due(10) == []


async def test_a_lease_outlasts_the_longest_call() -> None:
    """`SHOP_EXTERNAL_TIMEOUT` is at most 60 seconds."""
    assert timedelta(seconds=60) < LEASE


async def test_two_relays_at_once_send_each_message_once(
    app: Litestar, outbox: Outbox, receiver: Receiver
) -> None:
    for number in range(40):
        await write(outbox, number)
    relays = [Relay(new_outbox(app.state.external)) for _ in range(2)]

    async def send_all(relay: Relay) -> None:
        while await relay.send_due():
            pass

    await asyncio.gather(*map(send_all, relays))
    assert len(receiver.messages) == 40
    assert {message.deliveries for message in receiver.messages} == {1}
    assert [row for row in await rows() if not row["sent_at"]] == []


async def test_a_locked_message_is_passed_over_not_waited_for(outbox: Outbox) -> None:
    one, two = await write(outbox, 1), await write(outbox, 2)
    other = await DB.get_new_connection()
    try:
        async with other.transaction():
            await other.execute(
                "SELECT FROM outbox_messages WHERE message_id = $1 FOR UPDATE", one.message_id
            )
            claimed = await outbox.claim_due(10)
    finally:
        await other.close()
    assert [message.message_id for message in claimed] == [two.message_id]


async def test_a_cancellation_waits_until_its_order_was_accepted(
    outbox: Outbox, relay: Relay, receiver: Receiver
) -> None:
    await write(outbox, 1, "order.created")
    await write(outbox, 1, "order.cancelled")
    receiver.behave("fail", times=1)
    assert await relay.send_due() == 1
    assert await relay.send_due() == 0
    await set_all(due_at=now())
    assert await relay.send_due() == 1
    assert await relay.send_due() == 1
    assert [message.type for message in receiver.messages] == ["order.created", "order.cancelled"]


async def test_a_cancellation_waits_for_its_own_order_only(
    outbox: Outbox, relay: Relay, receiver: Receiver
) -> None:
    await write(outbox, 1, "order.created", leased=True)
    await write(outbox, 1, "order.cancelled")
    await write(outbox, 2, "order.created")
    await write(outbox, 2, "order.cancelled")
    while await relay.send_due():
        pass
    assert [message.data["id"] for message in receiver.messages] == [2, 2]


async def test_after_the_last_pause_a_message_is_given_up(
    outbox: Outbox, relay: Relay, receiver: Receiver
) -> None:
    await write(outbox)
    receiver.behave("fail")
    for _ in PAUSES:
        await set_all(due_at=now())
        await relay.send_due()
    [row] = await rows()
    assert (row["attempts"], row["given_up_at"]) == (len(PAUSES), None)
    await set_all(due_at=now())
    assert await relay.send_due() == 1
    [row] = await rows()
    assert (row["attempts"], row["sent_at"], row["lease_token"]) == (len(PAUSES) + 1, None, None)
    assert row["given_up_at"] is not None
    assert row["last_answer"].startswith("500")
    await set_all(due_at=now())
    assert await relay.send_due() == 0


def test_the_pauses_grow_to_about_three_days() -> None:
    assert sorted(PAUSES) == list(PAUSES)
    assert 2.5 <= sum(PAUSES) / 86_400 <= 3.5


def test_pauses_differ_between_messages() -> None:
    reply = Reply(False, "500")
    pauses = {pause_before_next(3, reply) for _ in range(20)}
    assert len(pauses) > 1
    assert [pause for pause in pauses if timedelta(seconds=PAUSES[3] * 0.5) >= pause] == []


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_respected(
    outbox: Outbox, relay: Relay, partner: Partner, status: int
) -> None:
    await write(outbox)
    partner.answer(status, retry_after="500")
    earliest = now() + timedelta(seconds=499)
    await relay.send_due()
    [row] = await rows()
    assert earliest < row["due_at"] < earliest + timedelta(seconds=60)


@pytest.mark.parametrize("asked", ["soon", "-5", "", "1e9", "٣"])
async def test_an_invalid_retry_after_is_replaced_by_the_default(
    outbox: Outbox, relay: Relay, partner: Partner, asked: str
) -> None:
    await write(outbox)
    partner.answer(503, retry_after=asked)
    await relay.send_due()
    [row] = await rows()
    assert row["due_at"] < now() + timedelta(seconds=60)


async def test_retry_after_is_at_most_a_day(outbox: Outbox, relay: Relay, partner: Partner) -> None:
    await write(outbox)
    partner.answer(503, retry_after="9" * 30)
    await relay.send_due()
    [row] = await rows()
    assert row["due_at"] < now() + timedelta(days=1, minutes=1)


async def test_the_running_relay_is_woken_by_new_messages(
    outbox: Outbox, relay: Relay, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.external.relay.POLL", 3_600)
    looked, real = asyncio.Event(), relay.send_due

    async def send_due() -> int:
        sent = await real()
        looked.set()
        return sent

    monkeypatch.setattr(relay, "send_due", send_due)
    async with asyncio.timeout(10), relay.running():
        await looked.wait()
        await write(outbox)
        while not receiver.messages:
            looked.clear()
            outbox.written.set()
            await looked.wait()
    assert len(receiver.messages) == 1


class Faulty(Outbox):
    """Raises an unexpected error once."""

    def __init__(self, *parts: Any) -> None:
        super().__init__(*parts)
        self.failed = False
        self.has_delivered = asyncio.Event()

    async def claim_due(self, limit: int) -> list[Message]:
        if not self.failed:
            self.failed = True
            raise RuntimeError("unexpected")
        return await super().claim_due(limit)

    async def deliver(self, message: Message) -> Any:
        outcome = await super().deliver(message)
        self.has_delivered.set()
        return outcome


async def test_it_goes_on_after_an_unexpected_error(
    app: Litestar, outbox: Outbox, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shop.external.relay.POLL", 0.01)
    await write(outbox)
    faulty = Faulty(OutboxRepository(), app.state.external)
    async with asyncio.timeout(10), Relay(faulty).running():
        await faulty.has_delivered.wait()
    assert faulty.failed
    assert len(receiver.messages) == 1
