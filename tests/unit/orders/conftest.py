"""Fixtures of orders."""

import httpx
import pytest

from shop.orders.steps import OrderSteps
from shop.settings import Settings
from shop.start.services import Shop
from tests.cast import Cast, make_product
from tests.unit.buying import bought

PRICE = 1_000


@pytest.fixture
async def pen(cast: Cast) -> int:
    return await make_product("펜", price=PRICE)


@pytest.fixture
async def ink(cast: Cast) -> int:
    return await make_product("잉크", price=300)


@pytest.fixture
async def order(alice: httpx.AsyncClient, pen: int, ink: int) -> int:
    """Three pens and two inks: 3,600 points."""
    return int((await bought(alice, (pen, 3), (ink, 2)))["id"])


@pytest.fixture
def steps(settings: Settings) -> OrderSteps:
    return Shop(settings).steps
