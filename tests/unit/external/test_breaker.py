"""While the external system fails, orders do not wait for it; the relay finds out when it is back.

A pause is over when the test moves the breaker's clock, so no test waits for one.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from shop.external.breaker import (
    FIRST_PAUSE,
    MAX_PAUSE,
    MAX_REQUESTED_PAUSE,
    THRESHOLD,
    Breaker,
)
from shop.external.outbox import Outbox
from shop.external.relay import BATCH, Relay
from shop.external.system import MAX_RETRY_AFTER, ExternalSystem, _retry_after
from shop.external.tables import OutboxMessage
from tests.cast import Receiver, balance_of, make_product, stock_of
from tests.unit.buying import bought
from tests.unit.external.conftest import Partner, new_outbox

committed = pytest.mark.committed


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(app: Litestar, clock: Clock) -> Breaker:
    """The application's, with a clock that stands still."""
    app.state.external.breaker = Breaker(clock)
    found: Breaker = app.state.external.breaker
    return found


def opened(clock: Clock) -> Breaker:
    breaker = Breaker(clock)
    for _ in range(THRESHOLD):
        breaker.failed(None)
    return breaker


async def make_due() -> None:
    await OutboxMessage.update({OutboxMessage.due_at: datetime.now(UTC)}, force=True)


def test_it_opens_at_the_fifth_failure_in_a_row(clock: Clock) -> None:
    breaker = Breaker(clock)
    for _ in range(THRESHOLD - 1):
        breaker.failed(None)
    breaker.succeeded()
    for _ in range(THRESHOLD - 1):
        breaker.failed(None)
    assert (breaker.is_open, breaker.remaining) == (False, 0)
    breaker.failed(None)
    assert breaker.is_open
    assert breaker.remaining > 0


def test_a_success_closes_it_and_starts_the_count_again(clock: Clock) -> None:
    breaker = opened(clock)
    breaker.succeeded()
    assert (breaker.is_open, breaker.remaining) == (False, 0)
    breaker.failed(None)
    assert not breaker.is_open


def test_the_pauses_grow_to_a_minute(clock: Clock) -> None:
    breaker, pauses = opened(clock), []
    for _ in range(12):
        pauses.append(breaker.remaining)
        clock.now += breaker.remaining
        breaker.failed(None)
    assert pauses[0] <= FIRST_PAUSE * 1.2
    assert all(later > earlier for earlier, later in pairwise(pauses[:6]))
    assert MAX_PAUSE * 0.8 <= pauses[-1] <= MAX_PAUSE * 1.2


def test_calls_that_began_before_it_opened_make_no_pause_longer(clock: Clock) -> None:
    breaker = opened(clock)
    remaining = breaker.remaining
    for _ in range(1_000):
        breaker.failed(None)
    assert breaker.remaining == remaining


def test_after_an_outage_the_first_pause_is_short_again(clock: Clock) -> None:
    breaker = opened(clock)
    for _ in range(6):
        clock.now += breaker.remaining
        breaker.failed(None)
    breaker.succeeded()
    for _ in range(THRESHOLD):
        breaker.failed(None)
    assert breaker.remaining <= FIRST_PAUSE * 1.2


@pytest.mark.parametrize(("asked", "pause"), [(30.0, 30.0), (MAX_RETRY_AFTER, MAX_REQUESTED_PAUSE)])
def test_a_retry_after_opens_it_at_once_for_a_bounded_time(
    clock: Clock, asked: float, pause: float
) -> None:
    breaker = Breaker(clock)
    breaker.failed(asked)
    assert breaker.remaining == pause


def test_the_longest_retry_after_counts(clock: Clock) -> None:
    breaker = Breaker(clock)
    for asked in (10.0, 300.0, 20.0):
        breaker.failed(asked)
    assert breaker.remaining == 300


def in_a_minute() -> str:
    return format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)


@pytest.mark.parametrize(
    ("value", "least", "most"),
    [
        (lambda: "60", 60, 60),
        (in_a_minute, 50, 60),
        (lambda: in_a_minute().replace("GMT", "-0000"), 50, 60),
        (lambda: "Fri, 31 Dec 9999 23:59:59 GMT", MAX_RETRY_AFTER, MAX_RETRY_AFTER),
        (lambda: "Sun, 06 Nov 1994 08:49:37 GMT", 0, 0),
        (lambda: "9" * 5_000, MAX_RETRY_AFTER, MAX_RETRY_AFTER),
    ],
)
def test_retry_after_is_seconds_or_a_date(
    value: Callable[[], str], least: float, most: float
) -> None:
    seconds = _retry_after(value())
    assert seconds is not None
    assert least <= seconds <= most


@pytest.mark.parametrize("value", ["", "soon", "-5", "1e9", "٣", "Fri, 99 Dec 2026 25:00:00 GMT"])
def test_an_invalid_retry_after_is_ignored(value: str) -> None:
    assert _retry_after(value) is None


@given(st.text() | st.from_regex(r"\w{3}, \d+ (Jan|Dec) \d+ \d+:\d+:\d+ (GMT|[+-]\d+)"))
def test_no_retry_after_is_an_error(value: str) -> None:
    assert 0 <= (_retry_after(value) or 0) <= MAX_RETRY_AFTER


@committed
async def test_orders_are_pending_at_once_and_the_partner_is_not_called(
    alice: httpx.AsyncClient, partner: Partner, breaker: Breaker
) -> None:
    product = await make_product(stock=20)
    for _ in range(THRESHOLD):
        partner.answer(500)
        await bought(alice, (product, 1))
    order = await bought(alice, (product, 1))
    assert order["delivery"] == "pending"
    assert len(partner.asked) == THRESHOLD
    assert await stock_of(product) == 20 - THRESHOLD - 1


@committed
async def test_a_slow_partner_delays_five_orders_at_most(
    alice: httpx.AsyncClient,
    app: Litestar,
    own_receiver: Receiver,
    breaker: Breaker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(app.state.external, "_timeout", 0.1)
    own_receiver.behave("late", times=0, seconds=1.0)
    product = await make_product(stock=20)
    for _ in range(THRESHOLD + 3):
        assert (await bought(alice, (product, 1)))["delivery"] == "pending"
    attempts = await OutboxMessage.select(OutboxMessage.attempts).order_by(OutboxMessage.id)
    assert [row["attempts"] for row in attempts] == [1] * THRESHOLD + [0] * 3


@committed
async def test_many_orders_at_once_while_it_is_open(
    alice: httpx.AsyncClient, cast: Any, partner: Partner, breaker: Breaker, relay: Relay
) -> None:
    breaker.failed(30.0)
    product = await make_product(price=1, stock=100)
    before = await balance_of(cast.alice)
    orders = await asyncio.gather(*(bought(alice, (product, 1)) for _ in range(50)))
    assert {order["delivery"] for order in orders} == {"pending"}
    assert partner.asked == []
    assert (await stock_of(product), await balance_of(cast.alice)) == (50, before - 50)
    breaker.succeeded()
    while await relay.send_due():
        pass
    assert len({asked["webhook-id"] for asked in partner.asked}) == len(partner.asked) == 50


@committed
async def test_the_relay_sends_one_and_after_the_first_2xx_small_groups(
    alice: httpx.AsyncClient, partner: Partner, breaker: Breaker, relay: Relay
) -> None:
    breaker.failed(30.0)
    product = await make_product(price=1, stock=100)
    for _ in range(BATCH + 5):
        await bought(alice, (product, 1))
    partner.answer(500)
    sent = [await relay.send_due()]  # fails
    sent += [await relay.send_due()]  # closes it
    assert not breaker.is_open
    sent += [await relay.send_due(), await relay.send_due()]
    assert sent == [1, 1, BATCH, 3]
    await make_due()
    assert await relay.send_due() == 1


@committed
async def test_the_running_relay_waits_for_the_pause_to_end(
    alice: httpx.AsyncClient,
    partner: Partner,
    breaker: Breaker,
    clock: Clock,
    outbox: Outbox,
    relay: Relay,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    paused, real = asyncio.Event(), relay._pause

    async def pause() -> None:
        paused.set()
        await real()

    monkeypatch.setattr(relay, "_pause", pause)
    monkeypatch.setattr("shop.external.relay.POLL", 0.01)
    breaker.failed(30.0)
    await bought(alice, (await make_product(), 1))
    async with asyncio.timeout(10), relay.running():
        for _ in range(3):
            paused.clear()
            await paused.wait()
        assert partner.asked == []
        clock.now += 31.0
        while not await OutboxMessage.exists().where(OutboxMessage.sent_at.is_not_null()):
            paused.clear()
            await paused.wait()
    assert len(partner.asked) == 1
    assert not breaker.is_open


@committed
@pytest.mark.parametrize("status", [429, 503])
async def test_a_retry_after_of_the_partner_stops_the_next_order(
    alice: httpx.AsyncClient, partner: Partner, breaker: Breaker, status: int
) -> None:
    partner.answer(status, retry_after="120")
    product = await make_product()
    for _ in range(2):
        assert (await bought(alice, (product, 1)))["delivery"] == "pending"
    assert len(partner.asked) == 1
    assert breaker.remaining == 120


@committed
async def test_after_a_restart_the_partner_is_called_again(
    alice: httpx.AsyncClient, app: Litestar, partner: Partner, breaker: Breaker
) -> None:
    """The state is the process's own; what waited is in the outbox."""
    breaker.failed(3_600.0)
    product = await make_product()
    waiting = await bought(alice, (product, 1))
    restarted = ExternalSystem(partner.url, ("whsec_c2VjcmV0",), 5.0)
    app.state.external.breaker = restarted.breaker
    await restarted.close()
    assert (await bought(alice, (product, 1)))["delivery"] == "sent"
    while await Relay(new_outbox(app.state.external)).send_due():
        pass
    order = (await alice.get(f"/api/v1/orders/{waiting['id']}")).json()
    assert order["delivery"] == "sent"


async def test_state_and_changes_are_metrics(guest: httpx.AsyncClient, breaker: Breaker) -> None:
    async def figures() -> tuple[float, float, float]:
        text = (await guest.get("/metrics")).text
        values = dict(
            line.rsplit(" ", 1) for line in text.splitlines() if line.startswith("shop_external")
        )
        changes = "shop_external_circuit_changes_total"
        return (
            float(values["shop_external_circuit_open"]),
            float(values.get(f'{changes}{{to="open"}}', 0)),
            float(values.get(f'{changes}{{to="closed"}}', 0)),
        )

    _, opens, closes = await figures()
    breaker.failed(5.0)
    breaker.failed(5.0)
    assert await figures() == (1, opens + 1, closes)
    breaker.succeeded()
    breaker.succeeded()
    assert await figures() == (0, opens + 1, closes + 1)
