"""One intended purchase makes one order: with two tabs, a reload, or a sign-in in between."""

from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import pytest
from litestar import Litestar

from shop.orders.tables import Order
from tests.cast import PASSWORD, Cast, SignedIn, balance_of, make_product, stock_of
from tests.unit.buying import books, bought
from tests.unit.conftest import header_client
from tests.unit.orders.test_checkout import (
    HTMX,
    Form,
    cart_of,
    form_in,
    opened,
    pay,
    put_in_cart,
)


@pytest.fixture(autouse=True)
def in_english(browser_of_alice: SignedIn) -> None:
    browser_of_alice.headers["Accept-Language"] = "en"


def key_of(address: str) -> str:
    [key] = parse_qs(urlsplit(address).query)["key"]
    return key


# Two tabs of one cart


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_second_tab_of_the_cart_is_refused_and_names_the_order(
    browser_of_alice: SignedIn, headers: dict[str, str]
) -> None:
    await put_in_cart(browser_of_alice, await make_product(), 2)
    first, second = [await opened(browser_of_alice) for _ in range(2)]
    order = (await pay(browser_of_alice, first)).headers["location"]
    before = await books()
    answer = await pay(browser_of_alice, second, **headers)
    assert answer.status_code == 409
    assert "You have already placed this order" in answer.text
    assert f'href="{order}"' in answer.text
    assert await books() == before


async def test_items_removed_from_the_cart_are_refused(browser_of_alice: SignedIn) -> None:
    kept, gone = await make_product(), await make_product()
    await put_in_cart(browser_of_alice, kept)
    await put_in_cart(browser_of_alice, gone)
    form = await opened(browser_of_alice)
    await browser_of_alice.delete(f"/api/v1/cart/items/{gone}")
    answer = await pay(browser_of_alice, form)
    assert (answer.status_code, await Order.count()) == (409, 0)
    assert "Your cart has changed" in answer.text
    assert await cart_of(browser_of_alice) == [kept]


async def test_a_cancelled_order_or_that_of_another_user_is_not_named(
    browser_of_alice: SignedIn, app: Litestar, cast: Cast
) -> None:
    product = await make_product()
    await put_in_cart(browser_of_alice, product)
    first, second = [await opened(browser_of_alice) for _ in range(2)]
    order = (await pay(browser_of_alice, first)).headers["location"]
    await browser_of_alice.post(f"{order}/cancel")
    async with header_client(app, cast.admin) as admin:
        assert (await admin.get("/api/v1/orders")).json()["items"] == []
    answer = await pay(browser_of_alice, second)
    assert answer.status_code == 409
    assert "Your cart has changed" in answer.text


async def test_fewer_in_the_cart_than_were_shown_are_refused(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    await put_in_cart(browser_of_alice, product, 3)
    form = await opened(browser_of_alice)
    await put_in_cart(browser_of_alice, product, 1)
    answer = await pay(browser_of_alice, form)
    assert answer.status_code == 409
    assert (await pay(browser_of_alice, form_in(answer.text))).status_code == 409
    assert await Order.count() == 0


async def test_more_at_the_checkout_than_in_the_cart_can_be_bought(
    browser_of_alice: SignedIn,
) -> None:
    """The number can be raised at the checkout; what the cart held then has still to be there."""
    product = await make_product()
    await put_in_cart(browser_of_alice, product, 1)
    form = await opened(browser_of_alice)
    raised = form | {"quantity": ["3"]}
    assert (await pay(browser_of_alice, raised)).status_code == 303
    assert (await stock_of(product), await cart_of(browser_of_alice)) == (7, [])
    assert (await pay(browser_of_alice, raised | {"idempotency_key": ["2"]})).status_code == 409


async def test_items_added_to_the_cart_meanwhile_stay(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    await put_in_cart(browser_of_alice, product, 2)
    form = await opened(browser_of_alice)
    await put_in_cart(browser_of_alice, product, 5)
    assert (await pay(browser_of_alice, form)).status_code == 303
    [item] = (await browser_of_alice.get("/api/v1/cart")).json()["items"]
    assert item["quantity"] == 3


async def test_an_order_in_json_does_not_need_the_cart(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    await put_in_cart(browser_of_alice, product)
    await bought(browser_of_alice, (product, 1))
    await bought(browser_of_alice, (product, 1))
    assert await cart_of(browser_of_alice) == [product]


# The key is in the address


@pytest.mark.parametrize("query", ["", "?source=cart", "?product_id={}&quantity=2"])
async def test_the_address_of_a_checkout_gets_a_key_that_the_form_sends(
    browser_of_alice: SignedIn, query: str
) -> None:
    product = await make_product()
    await put_in_cart(browser_of_alice, product)
    asked = await browser_of_alice.get("/checkout" + query.format(product))
    assert asked.status_code == 303
    address = asked.headers["location"]
    pages = [(await browser_of_alice.get(address)).text for _ in range(2)]
    assert [form_in(page)["idempotency_key"] for page in pages] == [[key_of(address)]] * 2


@pytest.mark.parametrize("from_cart", [True, False], ids=["cart", "buy now"])
async def test_a_reload_after_a_lost_response_shows_the_order(
    browser_of_alice: SignedIn, cast: Cast, from_cart: bool
) -> None:
    product = await make_product(price=1_000)
    await put_in_cart(browser_of_alice, product)
    query = "" if from_cart else f"?product_id={product}&quantity=1"
    address = (await browser_of_alice.get(f"/checkout{query}")).headers["location"]
    paid = await pay(browser_of_alice, form_in((await browser_of_alice.get(address)).text))
    again = await browser_of_alice.get(address)
    assert (again.status_code, again.headers["location"]) == (303, paid.headers["location"])
    receipt = (await browser_of_alice.get(again.headers["location"])).text
    assert "You have already placed this order" in receipt
    assert "Thank you" not in receipt
    assert await balance_of(cast.alice) == 99_000


async def test_a_replayed_order_is_shown_as_such(browser_of_alice: SignedIn) -> None:
    form = await opened(browser_of_alice, (await make_product(), 1))
    first = await pay(browser_of_alice, form)
    assert "Thank you" in (await browser_of_alice.get(first.headers["location"])).text
    second = await pay(browser_of_alice, form)
    assert second.headers["location"] == first.headers["location"]
    receipt = (await browser_of_alice.get(second.headers["location"])).text
    assert "You have already placed this order" in receipt
    assert "Thank you" not in receipt


async def test_a_key_counts_for_its_own_user_alone(
    browser_of_alice: SignedIn, app: Litestar, cast: Cast
) -> None:
    product = await make_product()
    address = f"/checkout?product_id={product}&quantity=1&key=shared"
    await pay(browser_of_alice, form_in((await browser_of_alice.get(address)).text))
    async with header_client(app, cast.bob) as bob:
        assert (await bob.get(address)).status_code == 200


async def test_without_javascript_an_updated_total_keeps_the_key(
    browser_of_alice: SignedIn,
) -> None:
    form = await opened(browser_of_alice, (await make_product(), 1))
    updated = await browser_of_alice.get("/checkout", params=form | {"quantity": ["3"]})
    assert updated.status_code == 303
    page = await browser_of_alice.get(updated.headers["location"])
    again = form_in(page.text)
    assert (again["quantity"], again["idempotency_key"]) == (["3"], form["idempotency_key"])


async def test_with_htmx_the_address_follows_the_form(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    form = await opened(browser_of_alice, (product, 1))
    query = form | {"quantity": ["3"]}
    answer = await browser_of_alice.get("/checkout", params=query, headers=HTMX)
    assert answer.status_code == 200
    [key] = form["idempotency_key"]
    expected = f"/checkout?product_id={product}&quantity=3&key={key}"
    assert answer.headers["hx-replace-url"] == expected


@pytest.mark.parametrize(
    "key", ["", "키", "a b", "k" * 256, "a&key=b", "a&idempotency_key=b", "%00", "%0d%0a"]
)
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_a_malformed_key_is_400(
    browser_of_alice: SignedIn, key: str, headers: dict[str, str]
) -> None:
    product = await make_product()
    address = f"/checkout?product_id={product}&quantity=1&key={key}"
    answer = await browser_of_alice.get(address, headers=headers)
    assert answer.status_code == 400
    assert "1 to 255 visible ASCII" in answer.text


# Signing in again in between


async def test_an_ended_session_loses_neither_source_nor_key(
    app: Litestar, cast: Cast, browser_of_alice: SignedIn
) -> None:
    product = await make_product()
    await put_in_cart(browser_of_alice, product, 2)
    form = await opened(browser_of_alice)
    del browser_of_alice.cookies["id"]
    asked = await pay(browser_of_alice, form)
    login = urlsplit(asked.headers["location"])
    [back] = parse_qs(login.query)["next"]
    [key] = form["idempotency_key"]
    assert back == f"/checkout?product_id={product}&quantity=2&source=cart&key={key}"
    fields = {"username": "alice", "password": PASSWORD, "next": back}
    signed_in = await browser_of_alice.post("/login", data=fields)
    page = (await browser_of_alice.get(signed_in.headers["location"])).text
    assert form_in(page) == form
    [token] = set(page.split('name="_csrf_token" value="')[1].split('"')[:1])
    browser_of_alice.headers["X-CSRF-Token"] = token
    assert (await pay(browser_of_alice, form_in(page))).status_code == 303
    assert await cart_of(browser_of_alice) == []
    assert key_of(back) == key


async def test_a_checkout_too_long_for_an_address_is_that_of_the_cart(
    guest: httpx.AsyncClient,
) -> None:
    lines: Form = {
        "product_id": [str(10**18 + number) for number in range(50)],
        "quantity": ["99"] * 50,
        "unit_price": ["1"] * 50,
        "source": ["cart"],
        "idempotency_key": ["k1"],
    }
    asked = await guest.post("/checkout", data=lines)
    assert unquote(asked.headers["location"]) == "/login?next=/checkout?source=cart&key=k1"


# The same product on two lines


@pytest.mark.parametrize("quantities", [(60, 60), (99, 1), (50, 50)])
@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "htmx"])
async def test_lines_of_one_product_are_bounded_together(
    browser_of_alice: SignedIn, quantities: tuple[int, int], headers: dict[str, str]
) -> None:
    product = await make_product()
    lines = "&".join(f"product_id={product}&quantity={quantity}" for quantity in quantities)
    answer = await browser_of_alice.get(f"/checkout?{lines}", headers=headers)
    assert answer.status_code == 400
    assert "<b>Quantity</b> Enter a number from 1 to 99." in answer.text


async def test_lines_of_one_product_are_one_line(browser_of_alice: SignedIn) -> None:
    product = await make_product()
    form = await opened(browser_of_alice, (product, 2), (product, 3))
    assert (form["product_id"], form["quantity"]) == ([str(product)], ["5"])


async def test_a_form_of_too_many_names_the_field(browser_of_alice: SignedIn) -> None:
    form = await opened(browser_of_alice, (await make_product(), 1))
    answer = await pay(browser_of_alice, form | {"quantity": ["100"]})
    assert answer.status_code == 400
    assert "<b>Quantity</b> Enter a number from 1 to 99." in answer.text
