"""Parcels, codes, sizes, limits, and what goes back: on a phone, with JavaScript and without."""

import re

import pytest
from playwright.sync_api import Locator, expect

from shop.order_number import order_number
from tests.browser.goods import Goods, Product
from tests.browser.shopper import OpenWindow, Shopper
from tests.browser.staff import Staff

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
POINTS = 500_000


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def buyer(request: pytest.FixtureRequest, open_window: OpenWindow, staff: Staff) -> Shopper:
    """With points and no address."""
    shopper = open_window(**PHONE, java_script_enabled=request.param)
    shopper.register()
    staff.grant_points(shopper.name, POINTS)
    return shopper


def test_a_parcel_goes_to_a_new_address(buyer: Shopper, goods: Goods) -> None:
    mug, recipient = goods["stoneware-mug"], buyer.page.locator("address.recipient")
    postcode = buyer.page.locator("[name='recipient.postcode']")
    buyer.buy_now(mug)
    buyer.enter_recipient()
    postcode.fill("서울")
    buyer.pay_button(mug.price).click()
    expect(postcode).to_have_attribute("aria-invalid", "true")
    expect(buyer.page.locator("[name='recipient.name']")).to_have_value("김하나")
    postcode.fill("04524")
    buyer.pay_button(mug.price).click()
    buyer.sees_receipt(mug)
    expect(recipient).to_contain_text("04524 서울 중구 세종대로 110")
    buyer.link("Change the recipient").click()
    buyer.page.get_by_label(buyer.word("Recipient"), exact=True).fill("김두나")
    buyer.page.get_by_role("main").locator("form button").last.click()
    expect(recipient).to_contain_text("김두나")


def test_codes_are_bought_and_shown(buyer: Shopper, goods: Goods) -> None:
    voucher, codes = goods["coffee-voucher"], buyer.page.locator(".receipt__to .codes li")
    buyer.buy_now(voucher, quantity=2)
    buyer.pay(2 * voucher.price)
    buyer.sees_receipt(voucher)
    expect(codes).to_have_count(0)
    buyer.sees("Once a code has been shown, the order can no longer be cancelled.")
    buyer.page.locator("form[action$='/reveal'] button").click()
    expect(codes).to_have_count(2)
    expect(codes.first).to_have_text(re.compile(r"^COFFEE-DEMO-\d{4}$"))
    expect(buyer.page.get_by_text(buyer.word("Cancel this order"), exact=True)).to_have_count(0)


def test_one_of_two_codes_is_cancelled_before_it_was_shown(buyer: Shopper, goods: Goods) -> None:
    voucher = goods["coffee-voucher"]
    buyer.buy_now(voucher, quantity=2)
    buyer.pay(2 * voucher.price)
    give_one(buyer, "Cancel some items", "Cancel these items", voucher)
    buyer.sees("%(n)s cancelled", n="1")
    buyer.has_points(POINTS - voucher.price)
    buyer.page.locator("form[action$='/reveal'] button").click()
    expect(buyer.page.locator(".receipt__to .codes li")).to_have_count(1)


def test_a_size_is_chosen(buyer: Shopper, goods: Goods) -> None:
    shirt = goods["organic-cotton-tee"]
    buyer.open_product(shirt)
    gone = option(buyer, "남색 M")
    expect(gone).to_be_disabled()
    expect(gone.locator("xpath=..").locator("s")).to_have_text("남색 M")
    buyer.page.get_by_text("남색 L", exact=True).click()
    expect(option(buyer, "남색 L")).to_be_checked()
    buyer.button("Buy now").click()
    buyer.is_at("Checkout")
    buyer.pay(shirt.price)
    buyer.is_at("Thank you for your order.")
    expect(buyer.page.get_by_role("table")).to_contain_text(f"{shirt.name} (남색 L)")


def option(shopper: Shopper, label: str) -> Locator:
    return shopper.page.get_by_role("radio", name=re.compile(f"^{label}"))


def test_a_limit_is_met(buyer: Shopper, goods: Goods) -> None:
    grinder = goods["hand-coffee-grinder"]
    buyer.open_product(grinder)
    buyer.sees("The limit is %(n)s per person.", n="1")
    buyer.buy_now(grinder)
    other = buyer.open_tab()
    other.buy_now(grinder)
    buyer.pay(grinder.price)
    buyer.sees_receipt(grinder)
    other.pay_button(grinder.price).click()
    expect(other.page.get_by_role("alert")).to_contain_text(other.word("Purchase limit reached"))
    buyer.open_product(grinder)
    buyer.sees("You have bought all of them.")
    expect(buyer.button("Buy now")).to_have_count(0)
    buyer.has_points(POINTS - grinder.price)


def test_one_of_two_lines_is_cancelled(buyer: Shopper, goods: Goods) -> None:
    candle, soap = goods["soy-candle"], goods["olive-soap-bar"]
    buy_both(buyer, candle, soap)
    give_one(buyer, "Cancel some items", "Cancel these items", soap)
    buyer.is_at("Thank you for your order.")
    buyer.sees("%(n)s cancelled", n="1")
    buyer.has_points(POINTS - candle.price)
    buyer.cancel_order()
    buyer.is_at("This order was cancelled.")
    buyer.has_points(POINTS)


def test_one_of_two_lines_comes_back(
    buyer: Shopper, staff: Staff, goods: Goods, open_window: OpenWindow
) -> None:
    candle, soap = goods["soy-candle"], goods["olive-soap-bar"]
    buy_both(buyer, candle, soap)
    number = buyer.order_id
    staff.fulfil(number)
    buyer.reload()
    give_one(buyer, "Return items", "Request a return", candle)
    buyer.sees("You have asked for a return. Your points are refunded once it has arrived.")
    clerk = open_window()
    clerk.sign_in("admin")
    clerk.open(f"/staff/orders/{number}")
    clerk.button("Take in and refund").click()
    clerk.sees(
        "The return of order %(number)s is taken in, and its points are refunded.",
        number=order_number(number),
    )
    buyer.reload()
    buyer.sees("Your return has arrived and its points are refunded.")
    buyer.has_points(POINTS - soap.price)


def buy_both(shopper: Shopper, *products: Product) -> None:
    for count, product in enumerate(products, 1):
        shopper.put_in_cart(product)
        shopper.has_in_cart(count)
    shopper.check_out()
    shopper.pay(sum(product.price for product in products))
    shopper.sees_receipt(*products)


def give_one(shopper: Shopper, link: str, button: str, product: Product) -> None:
    """One item of the product goes back."""
    shopper.link(link).click()
    shopper.page.get_by_label(shopper.name_of(product), exact=True).fill("1")
    shopper.button(button).click()


def test_pictures_are_looked_through(buyer: Shopper, goods: Goods) -> None:
    mug = goods["stoneware-mug"]
    buyer.open_product(mug)
    first, second = (buyer.page.locator(f"#picture-{n}") for n in (1, 2))
    expect(first).to_be_in_viewport(ratio=0.9)
    buyer.link("Picture %(n)s of %(all)s", n="2", all="3").click()
    expect(second).to_be_in_viewport(ratio=0.9)
    expect(first).not_to_be_in_viewport(ratio=0.5)
    second.get_by_role("link").click()
    expect(buyer.page).to_have_url(re.compile(r"/media/stoneware-mug-above\.svg$"))
