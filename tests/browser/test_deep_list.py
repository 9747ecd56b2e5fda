"""A list that "more" made long is as long after "back", with the opened card where it was. With the
browser's back/forward cache and without it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Playwright, expect

from tests.browser.chromium import launched
from tests.browser.server import Server
from tests.browser.shopper import OpenWindow, Shopper
from tests.browser.staff import Staff

PHONE = {"viewport": {"width": 390, "height": 664}, "has_touch": True, "is_mobile": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
LOADS = 3  # a fifth page of 24 would reach over 100, the limit of a page


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A shop with enough products."""
    with (
        tempfile.TemporaryDirectory(prefix="pointmall-browser-") as folder,
        Server(Path(folder)) as server,
    ):
        with Staff(server.address) as staff:
            for number in range(100):
                name = f"벼루 {number} " + "긴 이름 " * (number % 7)
                staff.add_product(name=name, price=900_000 + number, category=1)
        yield server


@pytest.fixture(scope="module", params=[True, False], ids=["kept", "not kept"])
def browser(playwright: Playwright, request: pytest.FixtureRequest) -> Iterator[Browser]:
    with launched(playwright, keeps_pages=request.param) as browser:
        yield browser


@pytest.mark.parametrize("signed_in", [True, False], ids=["signed in", "guest"])
@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_back_to_a_deep_place(
    open_window: OpenWindow, signed_in: bool, screen: dict[str, object]
) -> None:
    shopper = open_window(**screen)
    if signed_in:
        shopper.register()
    shopper.open("/?sort=price_asc")
    cards = shopper.page.locator("#shelf .card")
    for load in range(1, LOADS + 1):
        shopper.link("More products").click()
        expect(cards).to_have_count(24 * (load + 1))
    card = cards.nth(90)
    card.scroll_into_view_if_needed()
    name, before = open_card(shopper, card)
    shopper.page.evaluate("setTimeout(() => history.back())")
    expect(cards).to_have_count(24 * (LOADS + 1))
    expect(cards.nth(90).locator("h3")).to_have_text(name)
    expect(cards.nth(90)).to_be_in_viewport(ratio=0.9)
    assert abs(top_of(cards.nth(90)) - before) < 300


def open_card(shopper: Shopper, card: Locator) -> tuple[str, float]:
    """Its name, and where it stood."""
    name, before = (card.locator("h3").text_content() or "").strip(), top_of(card)
    card.get_by_role("link").first.evaluate("link => link.click()")  # where it is, unscrolled
    shopper.is_at(name)
    return name, before


def top_of(card: Locator) -> float:
    box = card.bounding_box()
    assert box
    return box["y"]
