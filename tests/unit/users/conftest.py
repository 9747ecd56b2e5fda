"""One application for all tests of a file: none of these leaves anything in it."""

from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from app import create_app
from shop.settings import Settings
from tests.cast import Cast, SignedIn
from tests.unit.web.asking import browser_of


@pytest.fixture(scope="module")
async def app(settings: Settings) -> AsyncIterator[Litestar]:
    app = create_app(settings)
    yield app
    await app.state.external.close()


@pytest.fixture
async def browser(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """Alice's browser, signed in."""
    async with browser_of(app, cast.alice, "alice") as client:
        yield client
