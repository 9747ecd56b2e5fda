"""The shop in a hand: 390 pixels wide, by touch."""

import pytest
from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import OpenWindow, Shopper
from tests.browser.staff import Staff

PHONE = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True}
HEIGHT = "element => element.offsetHeight"


@pytest.fixture
def shopper(open_window: OpenWindow, staff: Staff) -> Shopper:
    shopper = open_window(**PHONE)
    shopper.register()
    staff.grant_points(shopper.name, 100_000)
    return shopper


def test_buy_by_the_menu(shopper: Shopper, goods: Goods) -> None:
    yuja = goods["yuja-tea-jar"]
    menu = shopper.page.get_by_role("navigation", name=shopper.word("Main menu"))
    shopper.buy_now(yuja)
    shopper.pay(yuja.price)
    shopper.sees_receipt(yuja)
    shopper.has_points(100_000 - yuja.price)

    menu.get_by_role("link", name=shopper.word("Orders")).tap()
    shopper.is_at("Orders")
    shopper.link(yuja.name).tap()
    shopper.sees_receipt(yuja)
    menu.get_by_role("link", name=shopper.word("Shop")).tap()
    expect(shopper.page).to_have_url("/")


def test_quantity_is_chosen_by_the_thumb(shopper: Shopper, goods: Goods) -> None:
    yuja = goods["yuja-tea-jar"]
    shopper.open_product(yuja)
    shopper.button("Increase quantity").tap()
    shopper.button("Increase quantity").tap()
    shopper.button("Decrease quantity").tap()
    shopper.button("Add to cart").tap()
    shopper.has_in_cart(2)


def test_many_points_fit_on_one_row(shopper: Shopper, goods: Goods, staff: Staff) -> None:
    shopper.put_in_cart(goods["yuja-tea-jar"], 12)
    shopper.page.set_viewport_size({"width": 320, "height": 640})
    masthead = shopper.page.get_by_role("banner")
    before = masthead.evaluate(HEIGHT)
    staff.grant(shopper, 1_000_000_000)
    shopper.has_points(1_000_100_000)
    shopper.has_in_cart(12)
    assert masthead.evaluate(HEIGHT) == before


def test_the_current_category_is_scrolled_into_view(shopper: Shopper) -> None:
    shopper.open("/?category=books-hobbies")
    expect(shopper.page.locator(".chips [aria-current]")).to_be_in_viewport(ratio=1)


def test_no_page_scrolls_sideways(shopper: Shopper, goods: Goods) -> None:
    basket, honey = goods["rattan-basket"], goods["wildflower-honey"]
    shopper.put_in_cart(honey, quantity=40)
    shopper.sees("Added to your cart: %(name)s", name=honey.name)
    shopper.buy_now(basket)
    shopper.pay(basket.price)
    shopper.sees_receipt(basket)
    paths = [
        *(f"/orders/{shopper.order_id}", "/orders", "/points", "/account", "/likes"),
        *("/", "/?q=무선&category=tech&sort=likes", "/?q=nothing-like-this"),
        *(f"/products/{basket.id}", "/cart", f"/checkout?product_id={basket.id}&quantity=99"),
        *("/login", "/signup", "/docs", "/products/0", "/nowhere"),
    ]
    assert too_wide(shopper, paths) == {}
    shopper.open("/")
    shopper.speak("en")
    assert too_wide(shopper, paths) == {}


def too_wide(shopper: Shopper, paths: list[str]) -> dict[str, list[int]]:
    return {path: widths for path in paths if (widths := widths_of(shopper, path)) != [390, 390]}


def widths_of(shopper: Shopper, path: str) -> list[int]:
    """The widths of the whole page and of the viewport."""
    shopper.open(path)
    return shopper.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")


@pytest.mark.parametrize("size", [(320, 640), (720, 450)], ids=["small", "twice-the-size"])
def test_a_product_with_a_long_name_does_not_scroll_sideways(
    shopper: Shopper, goods: Goods, size: tuple[int, int]
) -> None:
    width, height = size
    shopper.page.set_viewport_size({"width": width, "height": height})
    path = f"/products/{goods['brass-fountain-pen'].id}"
    assert widths_of(shopper, path) == [width, width]
    shopper.speak("en")
    assert widths_of(shopper, path) == [width, width]


@pytest.mark.parametrize("path", ["/cart", "/checkout?source=cart"])
def test_the_end_of_the_footer_is_not_under_the_bar(
    shopper: Shopper, goods: Goods, path: str
) -> None:
    yuja = goods["yuja-tea-jar"]
    shopper.put_in_cart(yuja)
    shopper.sees("Added to your cart: %(name)s", name=yuja.name)
    shopper.open(path)
    shopper.page.locator(".languages button").last.focus()
    bottom = shopper.page.locator(".languages").bounding_box()
    bar = shopper.page.locator(".summary__bar").bounding_box()
    assert bottom
    assert bar
    assert bottom["y"] + bottom["height"] <= bar["y"]


def test_name_and_price_are_on_the_first_screen_of_a_product(
    open_window: OpenWindow, goods: Goods
) -> None:
    shopper = open_window(**{**PHONE, "viewport": {"width": 390, "height": 664}})
    yuja = goods["yuja-tea-jar"]
    shopper.open_product(yuja)
    bar = shopper.page.locator(".buy__do")
    top = bar.evaluate("bar => bar.getBoundingClientRect().top")
    for what in ("h1", ".price--big"):
        shown = shopper.page.locator(f".product {what}")
        assert shown.evaluate("element => element.getBoundingClientRect().bottom") <= top
    expect(bar).to_contain_text(shopper.number(yuja.price))
    shopper.page.locator(".product__description").scroll_into_view_if_needed()
    expect(shopper.button("Buy now")).to_be_in_viewport(ratio=1)


def test_on_its_side_a_product_can_be_named_and_bought_at_once(
    shopper: Shopper, goods: Goods
) -> None:
    shopper.page.set_viewport_size({"width": 667, "height": 375})
    shopper.open_product(goods["yuja-tea-jar"])
    for shown in (shopper.page.locator("h1"), shopper.button("Buy now")):
        expect(shown).to_be_in_viewport(ratio=1)


def test_the_cart_and_its_button_stay_in_reach(shopper: Shopper, goods: Goods) -> None:
    for name in ("yuja-tea-jar", "honey-yakgwa", "cedar-pencil-set"):
        shopper.put_in_cart(goods[name])
        shopper.sees("Added to your cart: %(name)s", name=goods[name].name)
    shopper.open("/")
    shopper.page.evaluate("scrollTo(0, 1000)")
    cart = shopper.page.locator(".counters__cart")
    expect(cart).to_be_in_viewport(ratio=1)
    expect(cart).to_contain_text("3")
    cart.tap()
    expect(shopper.link("Proceed to checkout")).to_be_in_viewport(ratio=1)


def test_a_notice_can_be_closed(shopper: Shopper, goods: Goods) -> None:
    shopper.put_in_cart(goods["yuja-tea-jar"])
    shopper.sees("Added to your cart: %(name)s", name=goods["yuja-tea-jar"].name)
    shopper.page.locator("#notice").get_by_role("button", name=shopper.word("Close")).tap()
    expect(shopper.page.locator("#notice")).to_have_count(0)
