from collections.abc import AsyncIterator

import pytest
from litestar import Litestar

from shop.users import passwords
from tests.cast import FULL_STRENGTH, Cast, SignedIn
from tests.unit.web.helpers import browser_of


@pytest.fixture
async def browser(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """Alice's browser, signed in."""
    async with browser_of(app, cast.alice, "alice") as client:
        yield client


OWASP = 600_000
"""Rounds of PBKDF2-HMAC-SHA256, by OWASP's cheat sheet on storing passwords."""


@pytest.fixture
def full_strength(monkeypatch: pytest.MonkeyPatch) -> int:
    """Hashes as the shop does, where the other tests hash quickly; the number of rounds."""
    assert FULL_STRENGTH == OWASP
    monkeypatch.setattr(passwords, "ITERATIONS", FULL_STRENGTH)
    return FULL_STRENGTH
