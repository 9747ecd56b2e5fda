"""Signed-in clients of the admin, which send its CSRF token and form keys."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from litestar import Litestar

from shop.staff.rights import RIGHTS
from shop.staff.rights_repository import RightsRepository
from tests.cast import Cast, make_user
from tests.unit.web.helpers import session_of

ADMIN = "/admin"
Enter = Callable[[int], AbstractAsyncContextManager[httpx.AsyncClient]]


class AdminPage(httpx.AsyncClient):
    """Sends JSON as the admin's page does: with the one-time key of an opened form."""

    async def request(self, method: str, url: Any, **kwargs: Any) -> httpx.Response:
        fields = kwargs.get("json")
        if method in {"POST", "PATCH"} and isinstance(fields, dict):
            kwargs["json"] = {**await self.opened(method, url), **fields}
        return await super().request(method, url, **kwargs)

    async def opened(self, method: str, url: str) -> dict[str, str]:
        """Opens the form for this method and URL. Returns the field with its key."""
        if "/api/forms/" in url:
            schema = (await self.get(f"{url}schema/")).json()
            return {"form_key": schema["properties"]["form_key"]["default"]}
        if "/api/tables/" in url:
            answer = await self.get(url if method == "PATCH" else f"{url}new/")
            return {"form_key": answer.json().get("form_key", "")} if answer.is_success else {}
        return {}


@pytest.fixture
def enter(app: Litestar) -> Enter:
    """Returns a client of the admin for a user id."""

    @asynccontextmanager
    async def browser(user_id: int) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        cookies = {"id": await session_of(user_id)}
        async with AdminPage(
            transport=transport, base_url="http://shop.test", cookies=cookies
        ) as client:
            client.headers["Accept-Language"] = "en"
            await client.get("/admin/")
            client.headers["X-CSRFToken"] = client.cookies.get("csrftoken") or ""
            yield client

    return browser


@pytest.fixture
async def staff(enter: Enter, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """A superuser."""
    async with enter(cast.admin) as client:
        yield client


@pytest.fixture
async def clerk(enter: Enter, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """A member of staff with all rights, who is not a superuser."""
    user_id = await make_user("clerk", admin=True)
    await RightsRepository().set(user_id, RIGHTS)
    async with enter(user_id) as client:
        yield client


@pytest.fixture
async def shopper(enter: Enter, cast: Cast) -> AsyncIterator[httpx.AsyncClient]:
    """Alice, who is not staff."""
    async with enter(cast.alice) as client:
        yield client
