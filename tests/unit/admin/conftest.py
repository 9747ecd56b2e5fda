"""Browsers that are signed in, with the proof against forgery that the admin's page has."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.cast import Cast, make_user
from tests.unit.web.helpers import session_of

ADMIN = "/admin"
Enter = Callable[[int], AbstractAsyncContextManager[httpx.AsyncClient]]


class AdminPage(httpx.AsyncClient):
    """Sends JSON as the admin's page does: with the key of a form that it has opened for it."""

    async def request(self, method: str, url: Any, **kwargs: Any) -> httpx.Response:
        fields = kwargs.get("json")
        if method in {"POST", "PATCH"} and isinstance(fields, dict):
            kwargs["json"] = {**await self.opened(method, url), **fields}
        return await super().request(method, url, **kwargs)

    async def opened(self, method: str, url: str) -> dict[str, str]:
        """The field with the key of the form that is sent with this method to this address."""
        if "/api/forms/" in url:
            schema = (await self.get(f"{url}schema/")).json()
            return {"form_key": schema["properties"]["form_key"]["default"]}
        if "/api/tables/" in url:
            answer = await self.get(url if method == "PATCH" else f"{url}new/")
            return {"form_key": answer.json().get("form_key", "")} if answer.is_success else {}
        return {}


@pytest.fixture
def enter(app: Litestar) -> Enter:
    """A browser of the user with this id, on the page of the admin."""

    @asynccontextmanager
    async def browser(user_id: int) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        cookies = {"id": await session_of(user_id)}
        async with AdminPage(
            transport=transport, base_url="http://shop.test", cookies=cookies
        ) as client:
            client.headers["Accept-Language"] = "en"
            await client.get("/admin/")
            client.headers["X-CSRFToken"] = client.cookies["csrftoken"]
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
