"""Members of staff in a browser without JavaScript."""

import re
from collections.abc import AsyncIterator
from html import unescape
from typing import Any

import pytest
from litestar import Litestar

from shop.staff.rights_repository import RightsRepository
from shop.staff_log.repository import StaffLogRepository
from tests.cast import Cast, SignedIn, make_user, sign_in

FORM = re.compile(r'<form[^>]* action="([^"]+)" method="post">(.*?)</form>', re.DOTALL)
INPUT = re.compile(r'<input[^>]*name="([^"]+)"[^>]*?value="([^"]*)"', re.DOTALL)


@pytest.fixture
async def chief(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """A superuser."""
    async with sign_in(app, "admin") as client:
        yield client


@pytest.fixture
async def clerk(app: Litestar, cast: Cast) -> AsyncIterator[SignedIn]:
    """A member of staff who may do nothing but orders."""
    user_id = await make_user("clerk", 0, admin=True)
    await RightsRepository().set(user_id, ["orders"])
    async with sign_in(app, "clerk") as client:
        yield client


def form_in(page: str, action: str) -> dict[str, Any]:
    """The fields of the page's form with this address, as a browser sends them."""
    [body] = [body for address, body in FORM.findall(page) if unescape(address) == action][:1]
    fields: dict[str, Any] = {}
    for name, value in INPUT.findall(body):
        fields[name] = [*fields.get(name, []), unescape(value)]
    return fields


async def send(client: SignedIn, page: str, action: str, **typed: Any) -> Any:
    """Fills in a form of the page and sends it; the page that it leads to, or the refusal."""
    opened = (await client.get(page)).text
    response = await client.post(action, data={**form_in(opened, action), **typed})
    if response.status_code == 303:
        return await client.get(response.headers["location"])
    return response


async def actions_of(subject: str) -> list[tuple[str, str]]:
    return [(row.action, row.reason) for row in await StaffLogRepository().of_subjects(subject)]
