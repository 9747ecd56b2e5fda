"""The same by plain forms: for old browsers, and for a script that did not arrive."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.partner import Partner
from tests.browser.shopper import PASSWORD, OpenWindow, Shopper
from tests.browser.staff import Staff


@pytest.fixture
def shopper(open_window: OpenWindow, staff: Staff) -> Shopper:
    shopper = open_window(java_script_enabled=False)
    shopper.register()
    staff.grant_points(shopper.name, 100_000)
    return shopper


def test_like_and_unlike(shopper: Shopper, goods: Goods) -> None:
    diffuser = goods["reed-diffuser"]
    shopper.open("/?category=home")
    shopper.like(diffuser)
    shopper.sees_liked(diffuser, by=1)
    shopper.is_at("생활·홈")
    shopper.unlike(diffuser)
    shopper.sees_not_liked(diffuser, by=0)


def test_buy(shopper: Shopper, goods: Goods) -> None:
    candle, soap = goods["soy-candle"], goods["olive-soap-bar"]
    for product in (candle, soap):
        shopper.put_in_cart(product)
        shopper.sees("Added to your cart.")
    shopper.open("/cart")
    shopper.quantity(soap).fill("2")
    shopper.quantity(soap).press("Enter")
    shopper.has_in_cart(3)
    shopper.check_out()
    shopper.quantity(soap).fill("3")
    shopper.button("Update total").click()
    total = candle.price + 3 * soap.price
    shopper.pay_button(total).dblclick()
    # The page is the answer to either click, and the second finds the order of the first.
    expect(shopper.page).to_have_url(re.compile(r"/orders/\d+$"))
    shopper.sees_ordered(candle, soap)
    shopper.has_points(100_000 - total)
    shopper.has_in_cart(0)
    shopper.open("/orders")
    expect(shopper.page.get_by_role("main").get_by_role("listitem")).to_have_count(1)


def test_a_quantity_above_the_stock_can_be_corrected(shopper: Shopper, goods: Goods) -> None:
    cutlery = goods["bronze-cutlery-set"]
    shopper.open(f"/checkout?product_id={cutlery.id}&quantity={cutlery.stock + 1}")
    shopper.sees("Only %(n)s left. Please reduce the quantity.", n=cutlery.stock)
    expect(shopper.pay_button(0)).to_have_count(0)
    shopper.quantity(cutlery).fill("1")
    shopper.button("Update total").click()
    expect(shopper.pay_button(cutlery.price)).to_be_visible()


def test_a_refused_form_keeps_its_input(shopper: Shopper, staff: Staff, goods: Goods) -> None:
    bowls = goods["porcelain-bowl-pair"]
    wanted = bowls.stock
    staff.grant(shopper, wanted * bowls.price)
    shopper.buy_now(bowls, quantity=wanted)
    staff.correct_stock(bowls, -1)
    shopper.pay(wanted * bowls.price)
    shopper.sees_refusal(
        "Not enough in stock",
        "You asked for %(requested)s, but only %(available)s are left. You were not charged.",
        requested=wanted,
        available=wanted - 1,
    )
    expect(shopper.quantity(bowls)).to_have_value(str(wanted))


def test_quantities_and_undo(shopper: Shopper, goods: Goods) -> None:
    soap = goods["olive-soap-bar"]
    shopper.put_in_cart(soap, quantity=2)
    shopper.open("/cart")
    shopper.one_more(soap)
    shopper.has_in_cart(3)
    shopper.one_fewer(soap)
    shopper.has_in_cart(2)
    shopper.remove(soap)
    shopper.sees("Removed: %(name)s", name=soap.name)
    shopper.has_in_cart(0)
    shopper.button("Undo").click()
    shopper.has_in_cart(2)
    expect(shopper.quantity(soap)).to_have_value("2")


def test_a_receipt_can_be_looked_at_again(shopper: Shopper, goods: Goods, partner: Partner) -> None:
    soap = goods["olive-soap-bar"]
    shopper.buy_now(soap)
    partner.away = True
    try:
        shopper.pay(soap.price)
        shopper.link("Check again").click()
        shopper.is_at("Thank you for your order.")
    finally:
        partner.away = False
    shopper.cancel_order()
    shopper.is_at("This order was cancelled.")


def test_sign_out_everywhere_else(shopper: Shopper, open_window: OpenWindow) -> None:
    elsewhere = open_window(java_script_enabled=False)
    elsewhere.sign_in(shopper.name, PASSWORD)
    shopper.open("/account")
    shopper.button("Sign out everywhere else").click()
    shopper.sees("You are signed out everywhere else.")
    expect(shopper.page.locator(".sessions .row")).to_have_count(1)
    elsewhere.open("/orders")
    elsewhere.is_at("Sign in")
