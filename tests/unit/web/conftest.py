from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from tests.cast import Cast, SignedIn
from tests.unit.web.cache_clients import Counting
from tests.unit.web.helpers import browser_of


@pytest.fixture
async def browser(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """Alice's browser, signed in."""
    async with browser_of(app, cast.alice, "alice") as client:
        yield client


@pytest.fixture
def shop(app: Litestar) -> Counting:
    return Counting(app)
