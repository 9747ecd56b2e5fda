"""The checkout form in a browser: a plain form first, and the same in place with htmx."""

import re
from typing import Any

import httpx
import pytest

from shop.orders.tables import Order
from shop.products.tables import Stock
from tests.cast import Cast, SignedIn, balance_of, edit_product, make_product, stock_of
from tests.unit.buying import books

HTMX = {"HX-Request": "true"}
FIELDS = ("product_id", "unit_price", "quantity", "idempotency_key", "source")

Form = dict[str, list[str]]


def form_in(html: str) -> Form:
    """The fields that this page's form sends unchanged."""
    inside = html.split('action="/checkout"', 1)[1].split("</form>", 1)[0]
    inputs = re.findall(r'<input[^>]* name="(\w+)"\s+value="([^"]*)"', inside)
    found: Form = {name: [] for name in FIELDS}
    for name, value in inputs:
        found.setdefault(name, []).append(value)
    return found


async def opened(browser: SignedIn, *items: tuple[int, int]) -> Form:
    """The form for these items, or for the cart."""
    pairs = [("product_id", id_) for id_, _ in items] + [("quantity", n) for _, n in items]
    page = await browser.get("/checkout", params=pairs, follow_redirects=True)
    assert page.status_code == 200, page.text
    return form_in(page.text)


async def pay(browser: SignedIn, form: Form, **headers: str) -> httpx.Response:
    return await browser.post("/checkout", data=form, headers=headers)


async def put_in_cart(browser: SignedIn, product: int, quantity: int = 1) -> None:
    answer = await browser.put(f"/api/v1/cart/items/{product}", json={"quantity": quantity})
    assert answer.status_code == 200


async def cart_of(browser: SignedIn) -> list[int]:
    items: list[dict[str, Any]] = (await browser.get("/api/v1/cart")).json()["items"]
    return [item["product_id"] for item in items]


async def test_the_form_holds_the_cart(browser_of_alice: SignedIn) -> None:
    one, two = await make_product(price=1_000), await make_product(price=2_000)
    await put_in_cart(browser_of_alice, one, 2)
    await put_in_cart(browser_of_alice, two, 3)
    form = await opened(browser_of_alice)
    assert form["product_id"] == [str(one), str(two)]
    assert form["quantity"] == ["2", "3"]
    assert form["unit_price"] == ["1000", "2000"]
    assert form["source"] == ["cart"]


async def test_the_form_holds_the_items_of_buy_now(browser_of_alice: SignedIn) -> None:
    in_cart, wanted = await make_product(), await make_product()
    await put_in_cart(browser_of_alice, in_cart)
    form = await opened(browser_of_alice, (wanted, 4))
    assert (form["product_id"], form["quantity"]) == ([str(wanted)], ["4"])
    assert form["source"] == ["direct"]


async def test_each_opened_form_has_its_own_key(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    keys = [(await opened(browser_of_alice, (product, 1)))["idempotency_key"] for _ in range(2)]
    assert keys[0] != keys[1]
    assert len(keys[0][0]) >= 32


async def test_paying_leads_to_the_receipt(browser_of_alice: SignedIn, cast: Cast) -> None:
    product = await make_product("벼루", price=3_000)
    answer = await pay(browser_of_alice, await opened(browser_of_alice, (product, 2)))
    assert answer.status_code == 303
    assert re.fullmatch(r"/orders/\d+", answer.headers["location"])
    receipt = await browser_of_alice.get(answer.headers["location"])
    assert "벼루" in receipt.text
    assert (await stock_of(product), await balance_of(cast.alice)) == (8, 94_000)


async def test_htmx_is_sent_to_the_receipt_by_a_header(browser_of_alice: SignedIn) -> None:
    form = await opened(browser_of_alice, (await make_product(), 1))
    answer = await pay(browser_of_alice, form, **HTMX)
    assert answer.status_code == 204
    assert re.fullmatch(r"/orders/\d+", answer.headers["hx-redirect"])


async def test_a_form_sent_twice_makes_one_order(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    form = await opened(browser_of_alice, (product, 1))
    answers = [await pay(browser_of_alice, form) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert await Order.count() == 1
    assert await stock_of(product) == 9


async def test_paid_items_leave_the_cart_and_the_rest_stays(browser_of_alice: SignedIn) -> None:
    paid, later = await make_product(), await make_product()
    await put_in_cart(browser_of_alice, paid)
    form = await opened(browser_of_alice)
    await put_in_cart(browser_of_alice, later)
    assert (await pay(browser_of_alice, form)).status_code == 303
    assert await cart_of(browser_of_alice) == [later]


async def test_buy_now_does_not_change_the_cart(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    await put_in_cart(browser_of_alice, product)
    assert (
        await pay(browser_of_alice, await opened(browser_of_alice, (product, 1)))
    ).status_code == 303
    assert await cart_of(browser_of_alice) == [product]


@pytest.mark.parametrize(
    ("left", "sold", "told"),
    [
        (0, True, "Sold out. Please remove it to order the rest."),
        (9, False, "No longer sold. Please remove it to order the rest."),
        (5, True, "Only 5 left. Please reduce the quantity."),
    ],
)
async def test_unavailable_items_are_shown_before_payment(
    browser_of_alice: SignedIn, left: int, sold: bool, told: str
) -> None:
    browser_of_alice.headers["Accept-Language"] = "en"
    there, short = await make_product(price=3_000), await make_product(price=1_000)
    await put_in_cart(browser_of_alice, there)
    await put_in_cart(browser_of_alice, short, 9)
    await Stock.update({Stock.quantity: left}).where(Stock.product == short)
    await edit_product(short, active=sold)
    page = (await browser_of_alice.get("/checkout?key=k")).text
    assert told in page
    assert f'href="/cart#line-{short}"' in page
    assert page.count('class="stepper"') == (2 if told.startswith("Only") else 1)
    assert page.count('value="3000"') == 3  # the unit price, the line's sum and the total
    assert "data-hx-post" not in page
    assert re.findall(r'<a class="button button--main [^"]*" href="([^"]*)"', page) == ["/cart"]


async def test_buy_now_without_stock_leads_back_to_the_shop(
    browser_of_alice: SignedIn,
) -> None:
    query = {"product_id": await make_product(stock=2), "quantity": 3}
    page = (await browser_of_alice.get("/checkout", params={**query, "key": "k"})).text
    assert "/cart#line-" not in page
    assert re.findall(r'<a class="button button--main [^"]*" href="([^"]*)"', page) == ["/"]


@pytest.mark.parametrize(
    ("sold", "told"),
    [
        (True, "Sold out for now. Press the heart on its page to find it again later."),
        (False, "No longer sold. Please choose something else."),
    ],
)
async def test_the_rest_is_only_mentioned_if_there_is_one(
    browser_of_alice: SignedIn, sold: bool, told: str
) -> None:
    browser_of_alice.headers["Accept-Language"] = "en"
    product = await make_product(stock=1)
    await put_in_cart(browser_of_alice, product)
    await Stock.update({Stock.quantity: 0}).where(Stock.product == product)
    await edit_product(product, active=sold)
    for path in ("/cart", f"/checkout?product_id={product}&quantity=1&key=k"):
        page = (await browser_of_alice.get(path)).text
        assert told in page
        assert "This product cannot be ordered and is not included in the total." in page
        assert "the rest" not in page


async def test_with_fewer_it_can_be_paid(browser_of_alice: SignedIn) -> None:
    product = await make_product(stock=5, price=1_000)
    await put_in_cart(browser_of_alice, product, 9)
    query = {"product_id": product, "quantity": 5, "source": "cart"}
    page = (await browser_of_alice.get("/checkout", params=query, headers=HTMX)).text
    assert 'data-hx-post="/checkout"' in page
    assert "5,000" in page


@pytest.mark.parametrize("headers", [{}, HTMX])
async def test_too_little_stock_is_shown_in_place(
    browser_of_alice: SignedIn, headers: dict[str, str]
) -> None:
    browser_of_alice.headers["Accept-Language"] = "en"
    product = await make_product(stock=10)
    form = await opened(browser_of_alice, (product, 8))
    await Stock.update({Stock.quantity: 3}).where(Stock.product == product)
    before = await books()
    answer = await pay(browser_of_alice, form, **headers)
    assert answer.status_code == 409
    assert "Only 3 left" in answer.text
    assert ("<html" in answer.text) == (not headers)
    again = form_in(answer.text)
    assert again["quantity"] == ["8"]
    assert again["idempotency_key"] == form["idempotency_key"]
    assert await books() == before


@pytest.mark.parametrize("headers", [{}, HTMX])
async def test_too_few_points_are_shown_in_place(
    browser_of_alice: SignedIn, headers: dict[str, str]
) -> None:
    browser_of_alice.headers["Accept-Language"] = "en"
    form = await opened(browser_of_alice, (await make_product(price=60_000), 2))
    before = await books()
    answer = await pay(browser_of_alice, form, **headers)
    assert answer.status_code == 409
    assert "20,000 points short" in answer.text
    assert form_in(answer.text) == form
    assert await books() == before


async def test_a_refused_form_put_right_is_paid_with_the_same_key(
    browser_of_alice: SignedIn,
) -> None:
    form = await opened(browser_of_alice, (await make_product(stock=2), 3))
    again = form_in((await pay(browser_of_alice, form)).text)
    again["quantity"] = ["2"]
    assert again["idempotency_key"] == form["idempotency_key"]
    assert (await pay(browser_of_alice, again)).status_code == 303


async def test_a_changed_price_is_shown_and_then_accepted(
    browser_of_alice: SignedIn, cast: Cast
) -> None:
    browser_of_alice.headers["Accept-Language"] = "en"
    product = await make_product(price=1_000)
    form = await opened(browser_of_alice, (product, 2))
    await edit_product(product, price=1_500)
    answer = await pay(browser_of_alice, form)
    assert answer.status_code == 409
    assert "It was 2,000 and is now 3,000 points" in answer.text
    assert await balance_of(cast.alice) == 100_000
    again = form_in(answer.text)
    assert again["unit_price"] == ["1500"]
    assert (await pay(browser_of_alice, again)).status_code == 303
    assert await balance_of(cast.alice) == 97_000


async def test_a_changed_quantity_is_paid_at_the_shown_price(
    browser_of_alice: SignedIn, cast: Cast
) -> None:
    form = await opened(browser_of_alice, (await make_product(price=1_000), 1))
    form["quantity"] = ["3"]
    assert (await pay(browser_of_alice, form)).status_code == 303
    assert await balance_of(cast.alice) == 97_000


async def test_a_product_withdrawn_since_is_404_in_place(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    form = await opened(browser_of_alice, (product, 1))
    await edit_product(product, active=False)
    answer = await pay(browser_of_alice, form)
    assert answer.status_code == 404
    assert 'id="checkout"' in answer.text


async def test_a_used_key_gets_a_new_one(browser_of_alice: SignedIn) -> None:
    """After going back and changing the quantity, it is another purchase."""
    form = await opened(browser_of_alice, (await make_product(), 1))
    await pay(browser_of_alice, form)
    form["quantity"] = ["2"]
    answer = await pay(browser_of_alice, form)
    assert answer.status_code == 422
    again = form_in(answer.text)
    assert again["idempotency_key"] != form["idempotency_key"]
    assert (await pay(browser_of_alice, again)).status_code == 303
    assert await Order.count() == 2


@pytest.mark.parametrize("quantity", ["0", "-1", "100", "2147483648", "9" * 20])
async def test_a_quantity_out_of_range_is_shown_in_place(
    browser_of_alice: SignedIn, quantity: str
) -> None:
    form = await opened(browser_of_alice, (await make_product(), 1))
    answer = await pay(browser_of_alice, form | {"quantity": [quantity]})
    assert answer.status_code == 400
    assert 'id="checkout"' in answer.text
    assert await Order.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"quantity": ["x"]},
        {"quantity": []},
        {"product_id": []},
        {"unit_price": []},
        {"unit_price": ["1", "2"]},
        {"idempotency_key": []},
        {"idempotency_key": ["키"]},
        {"idempotency_key": ["k" * 256]},
        {"product_id": ["1"] * 51, "quantity": ["1"] * 51, "unit_price": ["1"] * 51},
    ],
)
async def test_a_malformed_form_is_400(browser_of_alice: SignedIn, change: Form) -> None:
    form = await opened(browser_of_alice, (await make_product(), 1))
    answer = await pay(browser_of_alice, form | change)
    assert answer.status_code == 400
    assert await Order.count() == 0


@pytest.mark.parametrize("price", ["0", "-1", "999", "9" * 20])
async def test_a_form_cannot_set_the_price(browser_of_alice: SignedIn, price: str) -> None:
    form = await opened(browser_of_alice, (await make_product(price=1_000), 1))
    assert (await pay(browser_of_alice, form | {"unit_price": [price]})).status_code == 409
    assert await Order.count() == 0


async def test_without_its_proof_the_form_is_refused(browser_of_alice: SignedIn) -> None:
    form = await opened(browser_of_alice, (await make_product(), 1))
    del browser_of_alice.headers["X-CSRF-Token"]
    assert (await pay(browser_of_alice, form)).status_code == 403
    assert await Order.count() == 0


async def test_the_form_carries_its_proof(browser_of_alice: SignedIn) -> None:
    """As a browser without JavaScript sends it: with the page's token."""
    product = await make_product()
    query = {"product_id": product, "quantity": 1}
    html = (await browser_of_alice.get("/checkout", params={**query, "key": "k"})).text
    inside = html.split('action="/checkout"', 1)[1].split("</form>", 1)[0]
    [token] = re.findall(r'name="_csrf_token" value="(\w+)"', inside)
    del browser_of_alice.headers["X-CSRF-Token"]
    form = form_in(html) | {"_csrf_token": [token]}
    assert (await pay(browser_of_alice, form)).status_code == 303


async def test_a_guest_is_sent_to_sign_in_and_back_to_the_same_items(
    guest: httpx.AsyncClient,
) -> None:
    product = await make_product()
    query = f"product_id={product}&quantity=2"
    opened_page = await guest.get(f"/checkout?{query}")
    assert opened_page.status_code == 303
    assert opened_page.headers["location"].startswith("/login?next=/checkout%3F")
    form = {
        "product_id": product,
        "quantity": 2,
        "unit_price": 1_000,
        "idempotency_key": "k",
        "source": "direct",
    }
    paid = await guest.post("/checkout", data=form)
    assert paid.headers["location"].startswith("/login?next=/checkout%3Fproduct_id")


async def test_an_empty_cart_has_nothing_to_pay(browser_of_alice: SignedIn) -> None:
    page = await browser_of_alice.get("/checkout?key=k")
    assert page.status_code == 200
    assert 'action="/checkout"' not in page.text
