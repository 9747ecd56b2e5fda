"""The cart updated in place: no lost changes, and the focus stays."""

import re

from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import Shopper


def test_three_quick_taps_are_three(shopper: Shopper, goods: Goods) -> None:
    lamp = goods["jointed-desk-lamp"]
    shopper.put_in_cart(lamp)
    shopper.has_in_cart(1)
    shopper.open("/cart")
    with shopper.without_page_load():
        for _ in range(3):
            shopper.one_more(lamp)
        shopper.has_in_cart(4)
        expect(shopper.quantity(lamp)).to_have_value("4")
        expect(shopper.button("Increase quantity of %(name)s", name=lamp.name)).to_be_focused()
        shopper.hears(
            "%(num)s item in your cart, %(total)s points in total.", num=4, total=4 * lamp.price
        )


def test_quick_taps_at_the_checkout(shopper: Shopper, goods: Goods) -> None:
    tea = goods["green-tea-tin"]
    shopper.buy_now(tea)
    with shopper.without_page_load():
        for _ in range(3):
            shopper.one_more(tea)
        shopper.one_fewer(tea)
        expect(shopper.pay_button(3 * tea.price)).to_be_visible()
        expect(shopper.quantity(tea)).to_have_value("3")
        expect(shopper.button("Decrease quantity of %(name)s", name=tea.name)).to_be_focused()


def test_removed_and_put_back(shopper: Shopper, goods: Goods) -> None:
    tea, honey = goods["green-tea-tin"], goods["wildflower-honey"]
    shopper.put_in_cart(tea, quantity=3)
    shopper.has_in_cart(3)
    shopper.put_in_cart(honey)
    shopper.has_in_cart(4)
    shopper.open("/cart")
    with shopper.without_page_load():
        shopper.remove(tea)
        shopper.has_in_cart(1)
        undo = shopper.button("Undo")
        expect(undo).to_be_focused()
        expect(undo).to_have_accessible_description(
            shopper.word("Removed: %(name)s", name=tea.name)
        )
        undo.press("Enter")
        shopper.has_in_cart(4)
        expect(shopper.quantity(tea)).to_have_value("3")
        expect(shopper.link(tea.name)).to_be_focused()
    expect(undo).to_have_count(0)


def test_the_last_one_can_be_put_back_too(shopper: Shopper, goods: Goods) -> None:
    tea = goods["green-tea-tin"]
    shopper.put_in_cart(tea)
    shopper.has_in_cart(1)
    shopper.open("/cart")
    shopper.remove(tea)
    shopper.sees("Your cart is empty.")
    shopper.button("Undo").click()
    expect(shopper.quantity(tea)).to_have_value("1")


def test_a_like_is_announced_to_screen_readers(shopper: Shopper, goods: Goods) -> None:
    honey = goods["wildflower-honey"]
    shopper.open_product(honey)
    shopper.heart(honey).press("Enter")
    shopper.hears("Added to your likes: %(name)s", name=honey.name)
    shopper.heart(honey).press("Enter")
    shopper.hears("Removed from your likes: %(name)s", name=honey.name)
    expect(shopper.heart(honey)).to_be_focused()


def test_a_guests_cart_is_there_after_back_and_after_sign_in(guest: Shopper, goods: Goods) -> None:
    tea = goods["green-tea-tin"]
    guest.open("/?category=coffee-tea")
    guest.link(tea.name).click()
    guest.button("Add to cart").click()
    expect(guest.page.locator(".counters .count")).to_have_text("1")
    guest.page.go_back()
    expect(guest.page.locator(".counters .count")).to_have_text("1")
    guest.open("/cart")
    guest.one_more(tea)
    expect(guest.page.locator(".counters .count")).to_have_text("2")
    guest.link("Sign in to order").click()
    guest.sign_in("alice")
    expect(guest.page).to_have_url(re.compile("/checkout"))
    expect(guest.quantity(tea)).to_have_value("2")
