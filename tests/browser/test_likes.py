"""Likes are saved at once and update the page in place; those of a guest after sign-in."""

import re

import httpx
import pytest
from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import PASSWORD, OpenWindow, Shopper, new_name

PHONE = {"viewport": {"width": 390, "height": 664}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}


def test_like_and_unlike(shopper: Shopper, goods: Goods) -> None:
    notebook = goods["linen-notebook-a5"]
    shopper.open("/?q=A5")
    shopper.sees_not_liked(notebook, by=0)
    with shopper.without_page_load():
        shopper.like(notebook)
        shopper.sees_liked(notebook, by=1)
        expect(shopper.heart(notebook)).to_be_focused()

    shopper.reload()
    shopper.sees_liked(notebook, by=1)
    shopper.open("/likes")
    shopper.sees_liked(notebook, by=1)

    with shopper.without_page_load():
        shopper.unlike(notebook)
        shopper.sees_not_liked(notebook, by=0)
    shopper.reload()
    shopper.sees("No likes yet.")


def test_three_quick_likes_all_count(shopper: Shopper, goods: Goods) -> None:
    pressed = [
        goods[slug] for slug in ("house-blend-beans", "paper-coffee-filters", "pour-over-set")
    ]
    shopper.open("/?category=coffee-tea")
    with shopper.without_page_load():
        shopper.page.evaluate(
            "ids => ids.forEach(id => document.getElementById(`like-${id}`).click())",
            [product.id for product in pressed],
        )
        for product in pressed:
            shopper.sees_liked(product, by=1)
    shopper.reload()
    for product in pressed:
        shopper.sees_liked(product, by=1)


LISTS = {
    "the list": "/?sort=price_desc",
    "a category": "/?category=coffee-tea&sort=price_asc",
    "a search": "/?q=세트",
}


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scripted", [True, False], ids=["", "without JavaScript"])
@pytest.mark.parametrize("shelf", LISTS.values(), ids=LISTS)
def test_guest_likes_and_signs_in(
    open_window: OpenWindow, shelf: str, scripted: bool, screen: dict[str, object]
) -> None:
    """Back at the last card of the same list, with the like done."""
    guest = open_window(**screen, java_script_enabled=scripted)
    guest.open(shelf)
    like_and_sign_in(guest, guest.page.url)


@pytest.mark.parametrize("scripted", [True, False], ids=["more below", "page 2"])
def test_guest_likes_further_down(open_window: OpenWindow, scripted: bool) -> None:
    guest = open_window(java_script_enabled=scripted)
    guest.open("/?sort=price_desc")
    first = guest.page.locator("#shelf > .grid > .card").first.get_attribute("id")
    guest.link("More products").click()
    if scripted:
        expect(guest.page).to_have_url(re.compile("limit=48"))
    else:
        expect(guest.page.locator(f"#{first}")).to_have_count(0)
    like_and_sign_in(guest, guest.page.url)


def like_and_sign_in(guest: Shopper, shelf: str) -> None:
    card = guest.page.locator("#shelf > .grid > .card").last
    place = card.get_attribute("id")
    card.get_by_role("button").click()
    guest.is_at("Sign in")
    guest.sign_in(*new_account(guest))
    guest.sees("Added to your likes.")
    expect(guest.page).to_have_url(f"{shelf}#{place}")
    there = guest.page.locator(f"#{place}")
    expect(there.get_by_role("button")).to_have_attribute("aria-pressed", "true")
    expect(there).to_be_focused()
    for part in (there.locator(".picture"), there.get_by_role("button")):
        expect(part).to_be_in_viewport(ratio=1)


def new_account(guest: Shopper) -> tuple[str, str]:
    """An account made in another browser."""
    name = new_name()
    form = {"username": name, "password": PASSWORD}
    answer = httpx.post(guest.page.url.partition("/login")[0] + "/signup", data=form)
    assert answer.status_code == 303
    return name, PASSWORD
