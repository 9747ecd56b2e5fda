"""A guest's cart is in a signed cookie, and joins the user's at sign-in."""

import asyncio

import httpx
import pytest

from shop.cart.guest import GuestCart
from shop.cart.repository import CartRow
from shop.products.quantity import MAX_LINES
from shop.products.tables import Stock
from shop.web.signing import Signer
from tests.cast import PASSWORD, Cast, SignedIn, edit_product, make_product

HTMX = {"HX-Request": "true"}


@pytest.fixture
def browser(guest: httpx.AsyncClient) -> httpx.AsyncClient:
    guest.headers.update({"Accept-Language": "en", "Accept": "text/html"})
    return guest


async def add(
    browser: httpx.AsyncClient, product: int, quantity: int = 1, key: str = "", **headers: str
) -> httpx.Response:
    form = {"product_id": product, "quantity": quantity, "form_key": key}
    return await browser.post("/cart/items", data=form, headers=headers)


async def sign_in(browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.post("/login", data={"username": "alice", "password": PASSWORD})


async def cart_of(browser: httpx.AsyncClient) -> dict[int, int]:
    items = (await browser.get("/api/v1/cart")).json()["items"]
    return {item["product_id"]: item["quantity"] for item in items}


async def test_a_guest_sees_what_they_put_in_and_the_count_on_every_page(
    browser: httpx.AsyncClient,
) -> None:
    product = await make_product("벼루", price=1_000)
    assert (await add(browser, product, 2)).status_code == 303
    page = (await browser.get("/cart")).text
    assert f'id="line-{product}"' in page
    assert "Sign in to order" in page
    for path in ("/", f"/products/{product}", "/nowhere"):
        assert '<span class="count">2</span>' in (await browser.get(path)).text, path
    assert "wishes" in (await browser.get("/login")).text


async def test_another_guest_sees_nothing_of_it(browser: httpx.AsyncClient) -> None:
    await add(browser, await make_product())
    assert 'class="count"' in (await browser.get("/")).text
    browser.cookies.clear()
    assert 'class="count"' not in (await browser.get("/")).text


async def test_htmx_gets_the_counters_as_they_are_now(browser: httpx.AsyncClient) -> None:
    product = await make_product()
    assert '<span class="count">3</span>' in (await add(browser, product, 3, **HTMX)).text
    form = {"quantity": 1}
    changed = await browser.post(f"/cart/items/{product}", data=form, headers=HTMX)
    assert '<span class="count">1</span>' in changed.text
    removed = await browser.post(f"/cart/items/{product}", data={"quantity": 0}, headers=HTMX)
    assert "put-back" in removed.text
    assert "Your cart is empty." in removed.text
    back = {"quantity": 1, "price_seen": 10_000}
    await browser.post(f"/cart/items/{product}/put-back", data=back)
    assert '<span class="count">1</span>' in (await browser.get("/")).text


async def test_the_rules_are_those_of_a_users_cart(browser: httpx.AsyncClient) -> None:
    product = await make_product(stock=3)
    assert (await add(browser, product, 4)).status_code == 409
    assert (await add(browser, product, 0)).status_code == 400
    assert (await add(browser, 999_999)).status_code == 404
    await add(browser, product, 2)
    assert (await add(browser, product, 2)).status_code == 409
    for product in [await make_product() for _ in range(MAX_LINES - 1)]:
        assert (await add(browser, product)).status_code == 303
    assert (await add(browser, await make_product())).status_code == 400


async def test_a_double_click_adds_once(browser: httpx.AsyncClient) -> None:
    product = await make_product()
    await asyncio.gather(*(add(browser, product, 1, "once") for _ in range(2)))
    await add(browser, product, 1, "once")
    assert '<span class="count">1</span>' in (await browser.get("/")).text


async def test_signing_in_joins_the_carts_within_the_stock(
    browser: httpx.AsyncClient, alice: SignedIn, cast: Cast
) -> None:
    both, new, gone, scarce = [await make_product(f"벼루 {n}", stock=5) for n in range(4)]
    await alice.put(f"/api/v1/cart/items/{both}", json={"quantity": 3})
    for product, quantity in ((both, 4), (new, 2), (gone, 1), (scarce, 5)):
        await add(browser, product, quantity)
    await edit_product(gone, active=False)
    await Stock.update({Stock.quantity: 1}).where(Stock.product == scarce)
    assert (await sign_in(browser)).status_code == 303
    assert await cart_of(browser) == {both: 5, new: 2, scarce: 1}
    assert "cart" not in browser.cookies
    notices = (await browser.get("/")).text
    assert "Products of which fewer were added: 2." in notices


async def test_the_same_cart_joins_once(browser: httpx.AsyncClient, cast: Cast) -> None:
    product = await make_product()
    await add(browser, product, 2)
    cookie = browser.cookies["cart"]
    await sign_in(browser)
    browser.cookies.clear()
    browser.cookies.set("cart", cookie, domain="shop.test")
    await sign_in(browser)
    assert await cart_of(browser) == {product: 2}


async def test_a_cookie_that_the_shop_has_not_signed_is_an_empty_cart(
    browser: httpx.AsyncClient,
) -> None:
    for value in ("", "x", "e30", "A" * 3_000):
        browser.cookies.set("cart", value, domain="shop.test")
        page = await browser.get("/cart")
        assert page.status_code == 200
        assert "Your cart is empty." in page.text


async def test_the_current_price_and_stock_are_shown(
    browser: httpx.AsyncClient,
) -> None:
    product = await make_product(price=1_000, stock=5)
    await add(browser, product, 4)
    await edit_product(product, price=1_200)
    await Stock.update({Stock.quantity: 2}).where(Stock.product == product)
    page = (await browser.get("/cart")).text
    assert "The price has changed from 1,000 to 1,200 points" in page
    assert "Only 2 left" in page


async def test_the_checkout_asks_a_guest_to_sign_in_and_goes_on(
    browser: httpx.AsyncClient,
) -> None:
    await add(browser, await make_product())
    answer = await browser.get("/checkout")
    assert answer.headers["location"] == "/login?next=/checkout"


async def test_the_sign_in_page_discards_the_cart_of_another_person(
    browser: httpx.AsyncClient,
) -> None:
    await add(browser, await make_product())
    await browser.post("/login/forget", data={"next": "/"})
    assert "Your cart is empty." in (await browser.get("/cart")).text


async def test_a_form_of_another_site_changes_no_cart(browser: httpx.AsyncClient) -> None:
    product = await make_product()
    elsewhere = {"Origin": "https://elsewhere.test"}
    assert (await add(browser, product, **elsewhere)).status_code == 403
    assert "cart" not in browser.cookies


def test_a_full_cart_fits_into_a_cookie() -> None:
    rows = tuple(CartRow(2**63 - 1 - n, 99, 10**9) for n in range(MAX_LINES))
    assert len(Signer(["x" * 32]).pack("cart", GuestCart("k" * 12, rows, "f" * 64))) < 3_500
