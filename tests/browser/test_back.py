"""The back button: no page of a signed-out user, current data, and the scroll position. With the
browser's back/forward cache and without it."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Locator, Playwright, Route, expect

from tests.browser.chromium import launched
from tests.browser.goods import Goods
from tests.browser.shopper import OpenWindow, Shopper

PHONE = {"viewport": {"width": 390, "height": 664}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PRIVATE = ("/account", "/points", "/orders", "/likes", "/cart", "/", "/products/1")


@pytest.fixture(scope="module", params=[True, False], ids=["kept", "not kept"])
def browser(playwright: Playwright, request: pytest.FixtureRequest) -> Iterator[Browser]:
    with launched(playwright, keeps_pages=request.param) as browser:
        yield browser


def back(shopper: Shopper) -> None:
    """Presses the back button. Playwright's own method waits for a load, which a page from the
    back/forward cache does not have."""
    shopper.page.evaluate("setTimeout(() => history.back())")


def points_of(shopper: Shopper) -> Locator:
    """The header's account links."""
    return shopper.page.locator(".counters__points")


@pytest.mark.parametrize("path", PRIVATE)
def test_after_sign_out_no_page_is_left(shopper: Shopper, path: str) -> None:
    shopper.open("/")
    shopper.open(path)
    shopper.has_points(100_000)
    shopper.sign_out()
    back(shopper)
    shopper.is_at("Sign in")
    back(shopper)
    expect(shopper.page.get_by_role("banner")).to_contain_text(shopper.word("Sign up"))
    expect(points_of(shopper)).to_have_count(0)


def test_after_sign_out_no_page_is_left_without_javascript(
    open_window: OpenWindow, shopper: Shopper
) -> None:
    plain = open_window(java_script_enabled=False)
    plain.name = shopper.name
    plain.sign_in(shopper.name, "a short sentence is good")
    plain.open("/points")
    plain.sign_out()
    for _ in range(2):
        plain.page.go_back()
        expect(plain.page.get_by_role("banner")).to_contain_text(plain.word("Sign up"))
        expect(points_of(plain)).to_have_count(0)


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_going_back_shows_the_current_cart_and_likes(
    open_window: OpenWindow, goods: Goods, screen: dict[str, object]
) -> None:
    shopper = open_window(**screen)
    shopper.register()
    kettle = goods["gooseneck-kettle"]
    shopper.open("/?category=coffee-tea")
    shopper.has_in_cart(0)
    shopper.link(kettle.name).click()
    shopper.is_at(kettle.name)
    pressed = shopper.heart(kettle).get_attribute("aria-pressed")
    shopper.like(kettle)
    expect(shopper.heart(kettle)).to_have_attribute("aria-pressed", "true")
    shopper.button("Add to cart").click()
    shopper.has_in_cart(1)
    back(shopper)
    expect(shopper.page).to_have_url("/?category=coffee-tea")
    shopper.has_in_cart(1)
    expect(shopper.heart(kettle)).to_have_attribute("aria-pressed", "true")
    assert pressed == "false"


@pytest.mark.parametrize("from_cart", [True, False], ids=["cart", "buy now"])
def test_a_paid_checkout_cannot_be_paid_again(
    shopper: Shopper, goods: Goods, from_cart: bool
) -> None:
    tea = goods["green-tea-tin"]
    if from_cart:
        shopper.put_in_cart(tea)
        shopper.has_in_cart(1)
        shopper.check_out()
    else:
        shopper.buy_now(tea)
    shopper.pay(tea.price)
    shopper.sees_receipt(tea)
    receipt = shopper.page.url
    back(shopper)
    shopper.sees("You have already placed this order. You were not charged again.")
    shopper.is_at("This order is paid.")
    expect(shopper.page).to_have_url(receipt)
    shopper.has_points(100_000 - tea.price)


def cut_off(route: Route) -> None:
    route.abort()


def bad_gateway(route: Route) -> None:
    """As a proxy answers in the place of a node that it has lost."""
    route.fulfill(status=502, content_type="text/html", body="<h1>502 Bad Gateway</h1>")


@pytest.mark.parametrize("answer", [cut_off, bad_gateway])
def test_a_lost_response_a_reload_and_pay_is_one_order(
    shopper: Shopper, goods: Goods, complaints: list[str], answer: Callable[[Route], None]
) -> None:
    tea = goods["green-tea-tin"]
    shopper.buy_now(tea)
    shopper.change_quantity(tea, 2)
    expect(shopper.pay_button(2 * tea.price)).to_be_visible()

    def lose(route: Route) -> None:
        route.fetch()
        answer(route)

    shopper.page.route("**/checkout", lose)
    shopper.pay(2 * tea.price)
    shopper.sees("We could not reach the shop. Check your connection and try again.")
    shopper.page.unroute("**/checkout")
    shopper.reload()
    shopper.sees("You have already placed this order. You were not charged again.")
    shopper.has_points(100_000 - 2 * tea.price)
    complaints.clear()  # the console message for the lost response


def test_a_guests_page_comes_back_at_once(
    guest: Shopper, goods: Goods, request: pytest.FixtureRequest
) -> None:
    """From the back/forward cache: a guest's page needs no request."""
    guest.open("/?category=coffee-tea")
    guest.page.evaluate("document.body.id = 'the-same-page'")
    guest.link(goods["gooseneck-kettle"].name).click()
    guest.is_at(goods["gooseneck-kettle"].name)
    back(guest)
    expect(guest.page).to_have_url("/?category=coffee-tea")
    kept = "not kept" not in request.node.name
    expect(guest.page.locator("#the-same-page")).to_have_count(int(kept))


def test_a_guests_page_from_history_is_updated_after_sign_in(
    shopper: Shopper, goods: Goods
) -> None:
    name, kettle = shopper.name, goods["gooseneck-kettle"]
    shopper.sign_out()
    shopper.open("/?category=coffee-tea")
    shopper.page.get_by_role("banner").get_by_role("link", name=shopper.word("Sign in")).click()
    shopper.sign_in(name, "a short sentence is good")
    shopper.sees("Welcome back.")
    for address in ("/", "/?category=coffee-tea"):  # the page to sign in leads on to "/"
        shopper.page.evaluate("document.body.id = 'before'")
        back(shopper)
        expect(shopper.page.locator("#before")).to_have_count(0)
        expect(shopper.page).to_have_url(address)
        shopper.has_points(100_000)
    shopper.like(kettle)
    expect(shopper.heart(kettle)).to_have_attribute("aria-pressed", "true")


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "guest"])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_list_and_the_place_are_as_they_were(
    open_window: OpenWindow, signed_in: bool, screen: dict[str, object]
) -> None:
    shopper = open_window(**screen)
    if signed_in:
        shopper.register()
    shopper.open("/?sort=price_asc")
    cards = shopper.page.locator("#shelf > .grid > .card")  # not those viewed recently
    shopper.link("More products").click()
    expect(cards).to_have_count(48)
    card = cards.nth(40)
    card.scroll_into_view_if_needed()
    name = (card.locator("h3").text_content() or "").strip()
    before = card.bounding_box()
    card.get_by_role("link").first.evaluate("link => link.click()")  # where it is, unscrolled
    shopper.is_at(name)
    back(shopper)
    expect(cards).to_have_count(48)
    expect(cards.nth(40).locator("h3")).to_have_text(name)
    expect(cards.nth(40)).to_be_in_viewport()
    after = cards.nth(40).bounding_box()
    assert before
    assert after
    assert abs(before["y"] - after["y"]) < 300  # cards that were out of sight have guessed heights
    shopper.link("More products").click()
    expect(cards).to_have_count(67)


def test_unreachable_is_shown_until_the_next_response(
    shopper: Shopper, goods: Goods, complaints: list[str]
) -> None:
    kettle = goods["gooseneck-kettle"]
    shopper.open_product(kettle)
    unreachable = shopper.page.get_by_text(
        shopper.word("We could not reach the shop. Check your connection and try again.")
    )
    shopper.page.context.set_offline(True)
    shopper.like(kettle)
    expect(unreachable).to_be_visible()
    shopper.page.context.set_offline(False)
    shopper.like(kettle)
    expect(shopper.heart(kettle)).to_have_attribute("aria-pressed", "true")
    expect(unreachable).to_have_count(0)
    complaints.clear()  # the console's of what could not be reached
