"""A session ends while its user fills in a form: nothing of it is lost, and nothing is done."""

import pytest
from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import PASSWORD, OpenWindow, Shopper
from tests.browser.staff import Staff

NOTE = "문 앞에 놓아 주세요"


@pytest.fixture(params=[True, False], ids=["with script", "without script"])
def buyer(request: pytest.FixtureRequest, open_window: OpenWindow, staff: Staff) -> Shopper:
    buyer = open_window(java_script_enabled=request.param)
    buyer.register()
    staff.grant_points(buyer.name, 100_000)
    return buyer


def test_a_checkout_goes_on_after_signing_in(buyer: Shopper, goods: Goods) -> None:
    fruit, note = goods["jeju-tangerines"], buyer.page.locator("[name='recipient.note']")
    buyer.open(f"/checkout?product_id={fruit.id}&quantity=1")
    buyer.enter_recipient()
    note.fill(NOTE)
    buyer.page.context.clear_cookies()
    buyer.pay_button(fruit.price).click()
    buyer.sees(
        "Your session has ended, and nothing was sent. What you typed is kept: after you sign in, "
        "you can go on with it."
    )
    _sign_in_here(buyer)
    expect(buyer.page.locator("[name='recipient.name']")).to_have_value("김하나")
    expect(note).to_have_value(NOTE)
    buyer.has_points(100_000)
    buyer.pay_button(fruit.price).click()
    buyer.sees_receipt(fruit)
    expect(buyer.page.locator("address.recipient")).to_contain_text(NOTE)
    buyer.has_points(100_000 - fruit.price)


def test_an_address_goes_on_after_signing_in(buyer: Shopper) -> None:
    line = buyer.page.locator("[name='line1']")
    buyer.open("/account/addresses")
    buyer.page.locator("[name='name']").fill("김하나")
    buyer.page.locator("[name='phone']").fill("010-1234-5678")
    buyer.page.locator("[name='postcode']").fill("04524")
    line.fill("서울 중구 세종대로 110")
    buyer.page.context.clear_cookies()
    buyer.button("Save").click()
    _sign_in_here(buyer)
    expect(line).to_have_value("서울 중구 세종대로 110")
    buyer.button("Save").click()
    expect(buyer.page.get_by_text("서울 중구 세종대로 110")).to_be_visible()


def _sign_in_here(buyer: Shopper) -> None:
    buyer.field("Username").fill(buyer.name)
    buyer.field("Password").fill(PASSWORD)
    buyer.page.get_by_role("main").get_by_role("button", name=buyer.word("Sign in")).click()
    buyer.sees("You are signed in as %(name)s. Nothing was sent yet.", name=buyer.name)
    buyer.button("Go on").click()
    buyer.sees("Nothing was sent yet")
