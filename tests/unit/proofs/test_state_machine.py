"""The JSON API, driven at random against a model of the shop in a few dictionaries.

Hypothesis chooses what is done next and looks for the shortest way to a difference. Every answer is
compared: its status, its code where it is a refusal, and each of its fields that the model knows.
At the end of each run the external system must have heard of every order, and the audit is made.
"""

import asyncio

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from shop.settings import Settings
from tests.cast import Receiver
from tests.unit.proofs.machine import Bridge, ShopMachine

pytestmark = [pytest.mark.committed, pytest.mark.slow]

EXAMPLES, STEPS = 25, 30

# A run that did not see all of this would prove less than it seems to.
MUST_BE_SEEN = {
    "POST orders 201",
    "POST orders 201 pending",
    "POST orders 201 again",
    "POST cancel 200",
    "POST likes 200",
    "DELETE likes 200",
    "invalid-input",
    "product-not-found",
    "price-changed",
    "out-of-stock",
    "insufficient-points",
    "idempotency-key-reused",
    "order-not-found",
    "not-cancellable",
}


@pytest.fixture
def shop_settings(settings: Settings) -> Settings:
    """Under a name that Hypothesis does not use."""
    return settings


async def test_the_shop_does_as_the_model_does(
    shop_settings: Settings, receiver: Receiver, database_url: str
) -> None:
    loop = asyncio.get_running_loop()
    bridge = Bridge(loop, shop_settings, receiver, database_url)
    ShopMachine.bridge = bridge
    profile = settings(
        max_examples=EXAMPLES,
        stateful_step_count=STEPS,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    await asyncio.to_thread(run_state_machine_as_test, ShopMachine, settings=profile)
    assert bridge.seen.keys() >= MUST_BE_SEEN
