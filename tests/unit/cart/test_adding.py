"""Adding to the cart: once for each form, and at most as many as one order can have."""

import re

import httpx
import pytest

from shop.cart.tables import CartItem
from tests.cast import Cast, SignedIn, make_product
from tests.unit.cart.test_pages import HTMX


async def add(browser: SignedIn, product: int, quantity: int, **more: str) -> httpx.Response:
    form = {"product_id": str(product), "quantity": str(quantity), **more}
    return await browser.post("/cart/items", data=form, headers={"Accept-Language": "en"})


def quantity_in(cart: httpx.Response) -> list[int]:
    return [item["quantity"] for item in cart.json()["items"]]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_form_sent_twice_adds_once(
    browser_of_alice: SignedIn, headers: dict[str, str]
) -> None:
    product = await make_product()
    page = (await browser_of_alice.get(f"/products/{product}")).text
    [key] = re.findall(r'name="form_key" value="([^"]+)"', page)
    for _ in range(2):
        form = {"product_id": product, "quantity": 2, "form_key": key}
        answer = await browser_of_alice.post("/cart/items", data=form, headers=headers)
    assert quantity_in(await browser_of_alice.get("/api/v1/cart")) == [2]
    if headers:
        [another] = re.findall(r'name="form_key" value="([^"]+)"', answer.text)
        assert another != key
    await add(browser_of_alice, product, 2, form_key="another")
    assert quantity_in(await browser_of_alice.get("/api/v1/cart")) == [4]


@pytest.mark.parametrize("key", ["a b", "k" * 65, "\x00", "키", "a\n"])
async def test_a_malformed_key_of_a_form_is_400(browser_of_alice: SignedIn, key: str) -> None:
    answer = await add(browser_of_alice, await make_product(), 1, form_key=key)
    assert answer.status_code == 400


async def test_the_maximum_of_a_product_is_shown(browser_of_alice: SignedIn) -> None:
    product = await make_product(stock=200)
    await add(browser_of_alice, product, 60)
    assert (await add(browser_of_alice, product, 60)).status_code == 303
    page = (await browser_of_alice.get("/", headers={"Accept-Language": "en"})).text
    assert "Your cart already holds 99 of this product, the maximum." in page
    browser_of_alice.headers.update(HTMX)
    answer = await add(browser_of_alice, product, 60)
    assert "Your cart already holds 99 of this product, the maximum." in answer.text
    assert quantity_in(await browser_of_alice.get("/api/v1/cart")) == [99]


async def test_undo_does_not_put_a_51st_product_into_the_cart(
    browser_of_alice: SignedIn, cast: Cast
) -> None:
    removed, *others = [await make_product() for _ in range(51)]
    for product in others:
        item = CartItem(user=cast.alice, product=product, quantity=1, price_seen=1_000)
        await CartItem.insert(item)
    form = {"quantity": "1", "price_seen": "1000"}
    answer = await browser_of_alice.post(f"/cart/items/{removed}/put-back", data=form)
    assert answer.status_code == 400
    assert await CartItem.count() == 50
    again = await browser_of_alice.post(f"/cart/items/{others[0]}/put-back", data=form)
    assert again.status_code == 303
