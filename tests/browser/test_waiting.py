"""What a shopper sees while something is not there: the partner, or the network."""

from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.partner import Partner
from tests.browser.shopper import Shopper


def test_the_receipt_follows_its_order(shopper: Shopper, goods: Goods, partner: Partner) -> None:
    candle = goods["soy-candle"]
    shopper.buy_now(candle)
    partner.away = True
    try:
        shopper.pay(candle.price)
        shopper.sees_receipt(candle)
        under_way = shopper.page.locator("[aria-current=step]")
        expect(under_way).to_contain_text(
            shopper.word("Waiting for our delivery partner to confirm")
        )
    finally:
        partner.away = False
    with shopper.without_page_load():
        shopper.hears("Handed over to our delivery partner")
        expect(under_way).to_have_count(0)


def test_without_a_connection_the_page_says_so(guest: Shopper, complaints: list[str]) -> None:
    guest.open("/")
    guest.page.context.set_offline(True)
    guest.search_field.fill("A5")
    guest.hears("We could not reach the shop. Check your connection and try again.")
    guest.is_at("What will you get with your points today?")
    guest.page.context.set_offline(False)
    guest.search_field.fill("A")
    expect(guest.page).to_have_url("/?q=A")
    complaints.clear()  # htmx has told the console too
