"""Search as you type, and filters, without a page load."""

import pytest
from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import Shopper


def test_results_come_while_a_syllable_is_composed(guest: Shopper, goods: Goods) -> None:
    guest.open("/")
    guest.search_field.focus()
    with guest.without_page_load():
        guest.compose("ㅇ", "우", "욱", "우쿠", "우쿨")
        guest.finds(goods["soprano-ukulele"])
        guest.hears("%(num)s product", num=1)
    expect(guest.search_field).to_be_focused()
    expect(guest.search_field).to_have_value("우쿨")
    expect(guest.page).to_have_title("“우쿨” 검색 결과 · 포인트몰")
    expect(guest.page).to_have_url("/?q=%EC%9A%B0%EC%BF%A8")


def test_back_leads_out_of_a_search_at_once(guest: Shopper, goods: Goods) -> None:
    clock = goods["wall-clock"]
    guest.open("/?category=home")
    guest.search_field.press_sequentially("탁상")
    expect(guest.page).to_have_url("/?q=%ED%83%81%EC%83%81")
    guest.search_field.fill("벽시계")
    guest.finds(clock)
    guest.page.go_back()
    expect(guest.page).to_have_url("/?category=home")
    guest.is_at("생활·홈")
    expect(guest.search_field).to_have_value("")
    guest.page.go_forward()
    guest.finds(clock)
    expect(guest.search_field).to_have_value("벽시계")


def test_nothing_is_found(guest: Shopper) -> None:
    guest.open("/")
    guest.search_field.fill("nothing-like-this")
    guest.sees("Try a shorter word or search all categories.")
    guest.hears("No products found.")
    guest.search_field.fill("")
    guest.is_at("What will you get with your points today?")
    expect(guest.page).to_have_url("/")


def test_enter_is_a_plain_search_from_any_page(guest: Shopper, goods: Goods) -> None:
    guest.open("/login")
    guest.search_field.fill("우쿨렐레")
    guest.search_field.press("Enter")
    guest.finds(goods["soprano-ukulele"])


@pytest.mark.parametrize(
    ("kept", "chosen", "query"),
    [
        ("/?category=desk", "Lowest price", "category=desk&sort=price_asc"),
        ("/?q=A5", "Most liked", "sort=likes&q=A5"),
    ],
)
def test_a_filter_keeps_the_focus_and_the_others(
    guest: Shopper, kept: str, chosen: str, query: str
) -> None:
    guest.open(kept)
    link = guest.page.get_by_role("main").get_by_role("link", name=guest.word(chosen))
    with guest.without_page_load():
        link.press("Enter")
        expect(link).to_have_attribute("aria-current", "true")
        expect(link).to_be_focused()
    expect(guest.page).to_have_url(f"/?{query}")


def test_suggestions_lead_on_from_any_page_by_keyboard(guest: Shopper, goods: Goods) -> None:
    ukulele = goods["soprano-ukulele"]
    guest.open("/login")
    guest.search_field.press_sequentially("우쿨")
    guest.hears("%(num)s suggestion", num=1)
    guest.page.keyboard.press("Tab")
    guest.page.keyboard.press("Tab")
    expect(guest.page.locator("#suggestions a")).to_be_focused()
    guest.page.keyboard.press("Enter")
    guest.is_at(ukulele.name)


def test_enter_searches_from_any_page(guest: Shopper, goods: Goods) -> None:
    guest.open("/login")
    guest.search_field.fill("우쿨")
    guest.search_field.press("Enter")
    guest.finds(goods["soprano-ukulele"])
