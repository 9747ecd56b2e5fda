"""The row of recently viewed products is loaded where it comes into view; without a script its
heading leads to the page."""

import pytest
from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import OpenWindow, Shopper


def look_at(shopper: Shopper, goods: Goods) -> None:
    for slug in ("reed-diffuser", "soy-candle"):
        shopper.open_product(goods[slug])


def test_the_row_is_loaded_in_view(guest: Shopper, goods: Goods) -> None:
    look_at(guest, goods)
    row = guest.page.locator("#viewed-products a")
    expect(row).to_have_count(0)
    guest.link("Recently viewed").scroll_into_view_if_needed()
    expect(row).to_have_count(1)
    guest.open("/")
    guest.link("Recently viewed").scroll_into_view_if_needed()
    expect(row).to_have_count(2)


@pytest.mark.parametrize("script", [True, False])
def test_the_list_is_a_page_and_can_be_cleared(
    open_window: OpenWindow, goods: Goods, script: bool
) -> None:
    shopper = open_window(java_script_enabled=script)
    look_at(shopper, goods)
    shopper.link("Recently viewed").click()
    expect(shopper.page.locator(".card")).to_have_count(2)
    shopper.button("Clear the list").click()
    shopper.sees("Nothing viewed yet.")
