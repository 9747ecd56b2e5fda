"""The row of recently viewed products is loaded after the page; without a script its heading leads
to the page."""

import pytest
from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import OpenWindow, Shopper


def look_at(shopper: Shopper, goods: Goods) -> None:
    for slug in ("reed-diffuser", "soy-candle"):
        shopper.open_product(goods[slug])


def test_the_row_is_there_before_it_comes_into_view(guest: Shopper, goods: Goods) -> None:
    look_at(guest, goods)
    row = guest.page.locator("#viewed-products a")
    expect(row).to_have_count(1)
    expect(row.first).not_to_be_in_viewport()
    guest.open("/")
    expect(row).to_have_count(2)
    expect(row.first).not_to_be_in_viewport()


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
