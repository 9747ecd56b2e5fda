"""What a shopper sees while the partner or the network does not respond."""

import re

from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.partner import Partner
from tests.browser.shopper import Shopper


def test_the_receipt_follows_its_parcel(shopper: Shopper, goods: Goods, partner: Partner) -> None:
    skillet = goods["cast-iron-skillet"]
    shopper.buy_now(skillet)
    shopper.pay(skillet.price)
    shopper.sees_receipt(skillet)
    with shopper.without_page_load():
        partner.tells(shopper.page.url, "order.preparing")
        shopper.hears("Being packed")
        partner.tells(shopper.page.url, "order.shipped", carrier="cj", tracking_no="123456789012")
        shopper.hears("On its way")
        tracking = shopper.link("Track parcel %(number)s", number="123456789012")
        expect(tracking).to_have_attribute("href", re.compile("cjlogistics.*123456789012"))
        partner.tells(shopper.page.url, "order.delivered")
        shopper.hears("Received")


def test_without_a_connection_the_page_says_so(guest: Shopper, complaints: list[str]) -> None:
    guest.open("/")
    guest.page.context.set_offline(True)
    guest.search_field.fill("A5")
    guest.hears("We could not reach the shop. Check your connection and try again.")
    guest.is_at("What will you get with your points today?")
    guest.page.context.set_offline(False)
    guest.search_field.fill("A")
    expect(guest.page).to_have_url("/?q=A")
    complaints.clear()  # htmx logs it to the console too
