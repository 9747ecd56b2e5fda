"""What a visitor has looked at is in their browser, and shown to them only."""

import re

import httpx
import pytest

from tests.cast import SignedIn, edit_product, make_options, make_product

ROW = {"hx-request": "true"}
PATH = "/recently-viewed"


def products_in(page: str) -> list[int]:
    return [int(id_) for id_ in re.findall(r'href="/products/(\d+)"', page)]


async def viewed(client: httpx.AsyncClient | SignedIn) -> list[int]:
    return products_in((await client.get(PATH)).text)


async def test_the_latest_come_first_and_twelve_are_kept(guest: httpx.AsyncClient) -> None:
    products = [await make_product(f"연필 {n}") for n in range(14)]
    assert await viewed(guest) == []
    for product in [*products, products[5]]:
        await guest.get(f"/products/{product}")
    latest = [products[5], *(one for one in products[:1:-1] if one != products[5])][:12]
    assert await viewed(guest) == latest
    row = (await guest.get(f"{PATH}?but={latest[0]}", headers=ROW)).text
    assert products_in(row) == latest[1:]
    assert "<html" not in row


async def test_products_without_a_page_are_neither_stored_nor_shown(
    guest: httpx.AsyncClient,
) -> None:
    product = await make_product()
    await guest.get(f"/products/{product}")
    assert (await guest.get("/products/999")).status_code == 404
    assert "viewed" not in (await guest.get(f"/api/v1/products/{product}")).headers.get(
        "set-cookie", ""
    )
    await edit_product(product, active=False)
    assert await viewed(guest) == []
    assert (await guest.get(PATH, headers=ROW)).text.strip() == ""


async def test_an_option_leads_to_its_product(guest: httpx.AsyncClient) -> None:
    shirt = await make_product("셔츠")
    [large] = await make_options(shirt, "S", "L")
    await guest.get(f"/products/{shirt}")
    await guest.get(f"/products/{large}")
    assert await viewed(guest) == [shirt]


@pytest.mark.committed
async def test_guests_still_share_the_cached_page(guest: httpx.AsyncClient) -> None:
    product, other = await make_product(), await make_product()
    first = await guest.get(f"/products/{product}")
    assert first.headers["set-cookie"].startswith(f"viewed={product};")
    etag = first.headers["etag"]
    await guest.get(f"/products/{other}")
    again = await guest.get(f"/products/{product}", headers={"if-none-match": etag})
    assert (again.status_code, again.headers["etag"]) == (304, etag)
    assert again.headers["set-cookie"].startswith(f"viewed={product}.{other};")
    assert first.headers.get_list("set-cookie") == [first.headers["set-cookie"]]


@pytest.mark.parametrize("value", ["", "x", "0", "1.", "1..2", "9" * 19, ".".join("1" * 13), "%00"])
async def test_an_invalid_cookie_is_ignored(guest: httpx.AsyncClient, value: str) -> None:
    product = await make_product()
    headers = {"cookie": f"viewed={value}"}
    assert (await guest.get(PATH, headers=headers)).status_code == 200
    page = await guest.get(f"/products/{product}", headers=headers)
    assert page.headers["set-cookie"].startswith(f"viewed={product};")


async def test_it_is_cleared_on_request_and_at_sign_out(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    for leave in (f"{PATH}/clear", "/logout"):
        await browser_of_alice.get(f"/products/{product}")
        assert await viewed(browser_of_alice) == [product]
        answer = await browser_of_alice.post(leave)
        assert answer.status_code == 303
        assert "viewed" not in browser_of_alice.cookies
