"""Goods that are picked up at the desk: the shopper shows a code, staff hand them over."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from shop.order_number import order_number
from tests.browser.goods import Goods, Product
from tests.browser.shopper import OpenWindow, Shopper
from tests.browser.staff import Staff

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture
def candle(goods: Goods) -> Product:
    return goods["soy-candle"]


def code_on_receipt(shopper: Shopper, product: Product) -> str:
    shopper.buy_now(product)
    shopper.pay(product.price)
    shopper.sees_receipt(product)
    qr_code = shopper.page.get_by_role("img", name=shopper.word("The same code as a QR code"))
    expect(qr_code).to_be_visible()
    return shopper.page.locator(".desk-code").inner_text().strip()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_staff_type_the_code_and_hand_the_goods_over(
    open_window: OpenWindow, staff: Staff, candle: Product, script: bool
) -> None:
    shopper = open_window(java_script_enabled=script)
    shopper.sign_up()
    staff.grant(shopper, 100_000)
    code = code_on_receipt(shopper, candle)
    clerk = open_window(java_script_enabled=script)
    clerk.sign_in("admin")
    clerk.open("/staff/desk")
    clerk.field("Pick-up code").fill(code)
    clerk.field("Pick-up code").press("Enter")
    clerk.sees(candle.name)
    clerk.button("Hand over").click()
    clerk.sees(
        "Order %(number)s handed over to %(customer)s.",
        number=order_number(shopper.order_id),
        customer=shopper.name,
    )
    expect(clerk.field("Pick-up code")).to_be_focused()
    clerk.field("Pick-up code").fill(code)
    clerk.button("Find the order").click()
    clerk.sees(
        "Order %(number)s was already picked up. Do not hand it over again.",
        number=order_number(shopper.order_id),
    )
    shopper.reload()
    expect(shopper.page.locator(".desk-code")).to_have_count(0)


def test_the_qr_code_is_opened_by_a_phone(
    shopper: Shopper, open_window: OpenWindow, candle: Product
) -> None:
    code = code_on_receipt(shopper, candle)
    clerk = open_window(**PHONE)
    clerk.open(f"/staff/desk?code={code}")
    clerk.sign_in("admin")
    assert urlsplit(clerk.page.url).query == f"code={code}"
    clerk.button("Hand over").click()
    clerk.sees(
        "Order %(number)s handed over to %(customer)s.",
        number=order_number(shopper.order_id),
        customer=shopper.name,
    )
