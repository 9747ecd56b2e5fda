"""Browsers that are signed in, with the proof against forgery that the admin's page has."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import httpx
import pytest
from litestar import Litestar

from tests.cast import Cast, make_user
from tests.unit.web.asking import session_of

ADMIN = "/admin"
Enter = Callable[[int], AbstractAsyncContextManager[httpx.AsyncClient]]


@pytest.fixture
def enter(app: Litestar) -> Enter:
    """A browser of the user with this id, on the page of the admin."""

    @asynccontextmanager
    async def browser(user_id: int) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        cookies = {"id": await session_of(user_id)}
        async with httpx.AsyncClient(
            transport=transport, base_url="http://shop.test", cookies=cookies
        ) as client:
            client.headers["Accept-Language"] = "en"
            await client.get("/admin/")
            client.headers["X-CSRFToken"] = client.cookies.get("csrftoken", "")
            yield client

    return browser


@pytest.fixture
async def staff(enter: Enter, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """A superuser."""
    async with enter(cast.admin) as client:
        yield client


@pytest.fixture
async def clerk(enter: Enter, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """Of the staff, but no superuser."""
    async with enter(await make_user("clerk", admin=True)) as client:
        yield client


@pytest.fixture
async def shopper(enter: Enter, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """Alice, signed in."""
    async with enter(cast.alice) as client:
        yield client
