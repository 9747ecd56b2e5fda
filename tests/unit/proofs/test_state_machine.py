"""The JSON API, driven at random against a model of the shop in a few dictionaries. Hypothesis
chooses each step and looks for the shortest sequence that shows a difference. Of every response,
the status, the code of a refusal and each field that the model knows are compared. At the end of
each run the external system must have got every order, and the audit runs."""

import asyncio

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from shop.settings import Settings
from tests.cast import Receiver
from tests.unit.proofs.goods_machine import GoodsMachine
from tests.unit.proofs.machine import Bridge

pytestmark = [pytest.mark.committed, pytest.mark.slow]

EXAMPLES, STEPS = 25, 30
ROUNDS = 8
"""At most, each with a sequence of its own, until all of MUST_BE_SEEN was seen."""

# A run that did not see all of this would prove less than it seems to.
MUST_BE_SEEN = {
    "POST orders 201",
    "POST orders 201 pending",
    "POST orders 201 again",
    "POST cancel 200",
    "POST cancel-items 200",
    "POST reveal 200",
    "POST return-request 201",
    "POST likes 200",
    "DELETE likes 200",
    "invalid-input",
    "product-not-found",
    "price-changed",
    "limit-reached",
    "out-of-stock",
    "insufficient-points",
    "idempotency-key-reused",
    "order-not-found",
    "not-cancellable",
    "not-returnable",
    "too-many-items",
}


@pytest.fixture
def shop_settings(settings: Settings) -> Settings:
    """Under a name that Hypothesis does not use."""
    return settings


async def test_the_shop_matches_the_model(
    shop_settings: Settings, receiver: Receiver, database_url: str
) -> None:
    loop = asyncio.get_running_loop()
    bridge = Bridge(loop, shop_settings, receiver, database_url)
    GoodsMachine.bridge = bridge
    profile = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    for number in range(ROUNDS):
        machine = seed(number)(GoodsMachine)
        await asyncio.to_thread(run_state_machine_as_test, machine, settings=profile)
        if bridge.seen.keys() >= MUST_BE_SEEN:
            break
    assert bridge.seen.keys() >= MUST_BE_SEEN
