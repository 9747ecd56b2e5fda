"""The application with rate limits on, and its counters."""

import dataclasses
from collections.abc import AsyncIterator

import httpx
import pytest
from litestar import Litestar

from app import create_app
from shop.limits import service
from shop.limits.tables import RateLimit
from shop.settings import Settings
from tests.cast import PASSWORD, Cast
from tests.unit.web.helpers import client_of

WRONG = "x" * 200  # too long to be hashed


@pytest.fixture(scope="module")
async def counting_shop(settings: Settings) -> AsyncIterator[Litestar]:
    app = create_app(dataclasses.replace(settings, rate_limits=True))
    yield app
    await app.state.external.close()


@pytest.fixture
def limited(counting_shop: Litestar, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> Litestar:
    """The application with rate limits on and without delays."""
    monkeypatch.setattr(service, "SLOW_DOWN", 0)
    return counting_shop


async def sign_in(client: httpx.AsyncClient, name: str = "alice", password: str = PASSWORD) -> int:
    answer = await client.post("/login", data={"username": name, "password": password})
    return answer.status_code


async def guess(app: Litestar, peer: str, times: int, name: str = "alice") -> list[int]:
    """Tries wrong passwords from `peer` without cookies. Returns the statuses."""
    return [await _guess_once(app, peer, name) for _ in range(times)]


async def _guess_once(app: Litestar, peer: str, name: str) -> int:
    async with client_of(app, peer) as client:
        return await sign_in(client, name, WRONG)


async def keys() -> set[str]:
    return {row["key"] for row in await RateLimit.select(RateLimit.key)}


async def let_pass(seconds: int) -> None:
    """Moves the stored times back, as if that many seconds had passed."""
    await RateLimit.raw(
        "UPDATE rate_limits SET theoretical_arrival = theoretical_arrival - {} * '1s'::interval",
        seconds,
    )
