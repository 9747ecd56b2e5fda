"""Which pages a browser may show again without asking: a guest's, and none with a name on it."""

import httpx
import pytest

from tests.cast import SignedIn, make_product
from tests.unit.buying import bought
from tests.unit.web.helpers import HTMX

NO_STORE = "private, no-store"
HERS = ["/", "/account", "/points", "/orders", "/orders/{}", "/cart", "/checkout?key=k", "/likes"]
ERRORS = ["/nowhere", "/orders/987654321", "/?sort=nonsense"]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
@pytest.mark.parametrize("path", [*HERS, *ERRORS])
async def test_a_page_of_a_signed_in_user_is_not_cached(
    browser_of_alice: SignedIn, path: str, headers: dict[str, str]
) -> None:
    order = await bought(browser_of_alice, (await make_product(), 1))
    answer = await browser_of_alice.get(path.format(order["id"]), headers=headers)
    assert answer.headers["cache-control"] == NO_STORE


async def test_a_product_page_is_cached_for_guests_only(
    browser: SignedIn, guest: httpx.AsyncClient
) -> None:
    path = f"/products/{await make_product()}"
    hers, anybodys = [await client.get(path) for client in (browser, guest)]
    assert hers.headers["cache-control"] == NO_STORE
    assert anybodys.headers["cache-control"] == "private, no-cache"
    assert ["data-signed-in" in answer.text for answer in (hers, anybodys)] == [True, False]


@pytest.mark.parametrize("path", ["/login", "/signup"])
async def test_a_form_with_a_name_in_it_is_not_cached(guest: httpx.AsyncClient, path: str) -> None:
    refused = await guest.post(path, data={"username": "alice", "password": "wrong"})
    assert 'value="alice"' in refused.text
    opened = await guest.get(path)
    kept = [answer.headers["cache-control"] for answer in (refused, opened)]
    assert kept == [NO_STORE, NO_STORE]
