"""A form of an order's page that is refused stays open, with its input and its fault."""

import re
from html import unescape
from typing import Any

import httpx
import pytest

from tests.cast import SignedIn, make_product
from tests.unit.buying import bought
from tests.unit.staff.conftest import send


def opened(page: httpx.Response) -> str:
    """The text of the form that is open."""
    assert page.status_code == 400, page.text
    [found] = re.findall(r'<details class="sure" open>.*?</details>', page.text, re.DOTALL)
    return unescape(found)


@pytest.mark.parametrize(
    ("typed", "fault"),
    [
        ({"quantity": "0", "reason": "Broken & wet"}, "at least one"),
        ({"quantity": "-1", "reason": "Broken & wet"}, "at least one"),
        ({"quantity": "9", "reason": "Broken & wet"}, "fewer of them left"),
        ({"quantity": [], "reason": "Broken & wet"}, "not valid"),
        ({"quantity": "1", "reason": " "}, "a reason"),
    ],
)
async def test_cancelling_items(
    chief: SignedIn, alice: httpx.AsyncClient, typed: dict[str, Any], fault: str
) -> None:
    chief.headers["Accept-Language"] = "en"
    order = (await bought(alice, (await make_product(price=1_000), 3)))["id"]
    path = f"/staff/orders/{order}"
    form = opened(await send(chief, path, f"{path}/cancel-items", **typed))
    assert fault in form
    assert f'value="{typed["reason"]}"' in form
