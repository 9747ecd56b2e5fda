from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from shop.users import passwords
from tests.cast import FULL_STRENGTH, Cast, SignedIn
from tests.unit.web.helpers import browser_of


@pytest.fixture
async def browser(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """Alice, with a session cookie."""
    async with browser_of(app, cast.alice, "alice") as client:
        yield client


OWASP = 600_000
"""PBKDF2-HMAC-SHA256 iterations (OWASP Password Storage Cheat Sheet)."""


@pytest.fixture
def full_strength(monkeypatch: pytest.MonkeyPatch) -> int:
    """Uses the real number of iterations and returns it."""
    assert FULL_STRENGTH == OWASP
    monkeypatch.setattr(passwords, "ITERATIONS", FULL_STRENGTH)
    return FULL_STRENGTH
