"""The cart in a browser: plain forms, and the fragments that changed for htmx."""

import re

import httpx
import pytest

from shop.products.tables import Stock
from tests.cast import SignedIn, edit_product, make_product

HTMX = {"HX-Request": "true"}


async def add(browser: SignedIn, product: int, quantity: int = 1, **headers: str) -> httpx.Response:
    form = {"product_id": product, "quantity": quantity}
    return await browser.post("/cart/items", data=form, headers=headers)


async def cart_of(browser: SignedIn) -> dict[int, int]:
    items = (await browser.get("/api/v1/cart")).json()["items"]
    return {item["product_id"]: item["quantity"] for item in items}


async def test_a_plain_form_leads_back_to_the_page(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    answer = await add(browser_of_alice, product, 2, Referer=f"http://shop.test/products/{product}")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/products/{product}")
    assert await cart_of(browser_of_alice) == {product: 2}


async def test_putting_in_adds_up_to_ninety_nine(browser_of_alice: SignedIn) -> None:
    product = await make_product(stock=200)
    await add(browser_of_alice, product, 60)
    await add(browser_of_alice, product, 30)
    assert await cart_of(browser_of_alice) == {product: 90}
    await add(browser_of_alice, product, 30)
    assert await cart_of(browser_of_alice) == {product: 99}


async def test_htmx_gets_a_notice_and_the_counters(browser_of_alice: SignedIn) -> None:
    answer = await add(browser_of_alice, await make_product("벼루"), 3, **HTMX)
    assert answer.status_code == 200
    assert "벼루" in answer.text
    assert '<ul id="counters"' in answer.text
    assert "hx-swap-oob" in answer.text
    assert '<span class="count">3</span>' in answer.text
    assert "<html" not in answer.text


async def test_a_change_by_htmx_gets_the_cart_and_the_counters(
    browser_of_alice: SignedIn,
) -> None:
    product = await make_product("벼루", price=1_000)
    await add(browser_of_alice, product)
    answer = await browser_of_alice.post(
        f"/cart/items/{product}", data={"quantity": 4}, headers=HTMX
    )
    assert answer.status_code == 200
    assert answer.text.lstrip().startswith('<div id="cart"')
    assert 'value="4"' in answer.text
    assert '<span class="count">4</span>' in answer.text
    assert "hx-swap-oob" in answer.text
    assert "<html" not in answer.text


async def test_a_change_by_a_plain_form_leads_to_the_cart(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    await add(browser_of_alice, product)
    answer = await browser_of_alice.post(f"/cart/items/{product}", data={"quantity": 4})
    assert (answer.status_code, answer.headers["location"]) == (303, "/cart")
    assert await cart_of(browser_of_alice) == {product: 4}


async def test_quantity_zero_takes_it_out(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    await add(browser_of_alice, product)
    await browser_of_alice.post(f"/cart/items/{product}", data={"quantity": 0})
    assert await cart_of(browser_of_alice) == {}


@pytest.mark.parametrize("quantity", ["-1", "100", "x", "", "9" * 30])
async def test_a_wrong_quantity_is_400_and_changes_nothing(
    browser_of_alice: SignedIn, quantity: str
) -> None:
    product = await make_product()
    await add(browser_of_alice, product, 2)
    answer = await browser_of_alice.post(f"/cart/items/{product}", data={"quantity": quantity})
    assert answer.status_code == 400
    assert await cart_of(browser_of_alice) == {product: 2}


@pytest.mark.parametrize("left", [0, 1])
async def test_the_page_shows_too_little_stock(browser_of_alice: SignedIn, left: int) -> None:
    product = await make_product()
    await add(browser_of_alice, product, 2)
    await Stock.update({Stock.quantity: left}).where(Stock.product == product)
    page = await browser_of_alice.get("/cart", headers={"Accept-Language": "en"})
    assert ("Only 1 left." if left else "Sold out for now.") in page.text


async def test_the_page_shows_withdrawn_items(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    await add(browser_of_alice, product)
    await edit_product(product, active=False)
    page = await browser_of_alice.get("/cart", headers={"Accept-Language": "en"})
    assert "No longer sold." in page.text
    assert "Sold out." not in page.text


@pytest.mark.parametrize(
    ("left", "sold", "steppers"), [(0, True, 0), (9, False, 0), (1, True, 1), (2, True, 1)]
)
async def test_only_available_items_have_a_stepper(
    browser_of_alice: SignedIn, left: int, sold: bool, steppers: int
) -> None:
    product = await make_product()
    await add(browser_of_alice, product, 2)
    await Stock.update({Stock.quantity: left}).where(Stock.product == product)
    await edit_product(product, active=sold)
    page = (await browser_of_alice.get("/cart")).text
    assert page.count('class="stepper"') == steppers
    assert f'id="remove-{product}"' in page


@pytest.mark.parametrize("left", [0, 1, 2])
async def test_checkout_is_the_main_action_if_all_items_are_available(
    browser_of_alice: SignedIn, left: int
) -> None:
    product = await make_product()
    await add(browser_of_alice, product, 2)
    await Stock.update({Stock.quantity: left}).where(Stock.product == product)
    page = (await browser_of_alice.get("/cart", headers={"Accept-Language": "en"})).text
    [link] = re.findall(r'<a class="([^"]*)"\s+href="/checkout"', page)
    assert ("button--main" in link) == (left == 2)
    assert ("not included in the total" in page) == (left < 2)


async def test_the_page_shows_a_new_price(browser_of_alice: SignedIn) -> None:
    product = await make_product(price=1_000)
    await add(browser_of_alice, product)
    await edit_product(product, price=1_200)
    page = await browser_of_alice.get("/cart", headers={"Accept-Language": "en"})
    assert "The price has changed from 1,000 to 1,200 points" in page.text


async def test_without_its_proof_a_form_is_refused(browser_of_alice: SignedIn) -> None:
    del browser_of_alice.headers["X-CSRF-Token"]
    assert (await add(browser_of_alice, await make_product())).status_code == 403


async def test_a_removed_item_can_be_restored_unchanged(browser_of_alice: SignedIn) -> None:
    """Also at the price at which it was first put in, and where it is no longer sold."""
    product = await make_product("벼루", price=1_000)
    await add(browser_of_alice, product, 3)
    await edit_product(product, price=1_200, active=False)
    removed = await browser_of_alice.post(f"/cart/items/{product}", data={"quantity": 0})
    assert removed.status_code == 303
    page = await browser_of_alice.get(removed.headers["location"])
    assert f'action="/cart/items/{product}/put-back"' in page.text
    form = {"quantity": 3, "price_seen": 1_000}
    await browser_of_alice.post(f"/cart/items/{product}/put-back", data=form)
    [item] = (await browser_of_alice.get("/api/v1/cart")).json()["items"]
    assert (item["quantity"], item["price_seen"]) == (3, 1_000)
    page = await browser_of_alice.get(removed.headers["location"])
    assert "put-back" not in page.text


async def test_removing_by_htmx_offers_to_put_it_back(browser_of_alice: SignedIn) -> None:
    product = await make_product("벼루")
    await add(browser_of_alice, product, 2)
    answer = await browser_of_alice.post(
        f"/cart/items/{product}", data={"quantity": 0}, headers=HTMX
    )
    assert f'action="/cart/items/{product}/put-back"' in answer.text
    assert "autofocus" in answer.text
    again = await browser_of_alice.post(
        f"/cart/items/{product}", data={"quantity": 0}, headers=HTMX
    )
    assert "put-back" not in again.text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"quantity": 0, "price_seen": 1}, 400),
        ({"quantity": 100, "price_seen": 1}, 400),
        ({"quantity": 1, "price_seen": 0}, 400),
        ({"quantity": 1, "price_seen": 2**63}, 400),
        ({"quantity": 1}, 400),
    ],
)
async def test_only_removed_items_can_be_restored(
    browser_of_alice: SignedIn, form: dict[str, int], status: int
) -> None:
    product = await make_product()
    answer = await browser_of_alice.post(f"/cart/items/{product}/put-back", data=form)
    assert answer.status_code == status
    assert await cart_of(browser_of_alice) == {}


async def test_an_unknown_product_cannot_be_restored(browser_of_alice: SignedIn) -> None:
    form = {"quantity": 1, "price_seen": 1}
    for product in ("999999", "-1", "9" * 30):
        answer = await browser_of_alice.post(f"/cart/items/{product}/put-back", data=form)
        assert answer.status_code == 404


@pytest.mark.parametrize("query", ["removed=x", "removed=1&quantity=", "price_seen=1.5"])
async def test_a_cart_with_a_senseless_address_is_400(
    browser_of_alice: SignedIn, query: str
) -> None:
    assert (await browser_of_alice.get(f"/cart?{query}")).status_code == 400


async def test_an_address_of_a_product_that_never_was_offers_nothing(
    browser_of_alice: SignedIn,
) -> None:
    page = await browser_of_alice.get(f"/cart?removed={'9' * 30}&quantity=2&price_seen=5")
    assert page.status_code == 200
    assert "put-back" not in page.text


async def test_the_cart_takes_at_most_the_stock(browser_of_alice: SignedIn) -> None:
    product = await make_product(stock=3)
    await add(browser_of_alice, product, 2)
    answer = await add(browser_of_alice, product, 2, **HTMX)
    assert answer.status_code == 409
    assert "남은 수량은 3개이고, 장바구니에 이미 2개 담겨 있습니다." in answer.text
    assert await cart_of(browser_of_alice) == {product: 2}
    await add(browser_of_alice, product, 1)
    assert await cart_of(browser_of_alice) == {product: 3}


async def test_the_first_item_in_the_cart_is_at_most_the_stock(
    browser_of_alice: SignedIn,
) -> None:
    product = await make_product(stock=3)
    assert (await add(browser_of_alice, product, 4)).status_code == 409
    assert await cart_of(browser_of_alice) == {}


async def test_the_same_form_twice_is_no_shortage(browser_of_alice: SignedIn) -> None:
    product = await make_product(stock=3)
    form = {"product_id": product, "quantity": 3, "form_key": "one"}
    for _ in range(2):
        answer = await browser_of_alice.post("/cart/items", data=form, headers=HTMX)
        assert answer.status_code == 200
    assert await cart_of(browser_of_alice) == {product: 3}


async def test_a_cart_says_how_many_points_are_missing(browser_of_alice: SignedIn) -> None:
    product = await make_product(price=80_000)
    await add(browser_of_alice, product, 2)
    shown = (await browser_of_alice.get("/cart")).text
    missing = shown.partition("부족한 포인트")[2]
    assert 'value="60000"' in missing[:200]
    await browser_of_alice.post(f"/cart/items/{product}", data={"quantity": 1})
    assert "short-of-points" not in (await browser_of_alice.get("/cart")).text
