"""The size of a visit, as the browser counts it on the wire, headers included; and that nothing
moves after the first paint."""

from typing import Any

import pytest
from playwright.sync_api import CDPSession

from tests.browser.goods import Goods
from tests.browser.owner import AT_MOST, Owner, home_rows
from tests.browser.server import Server
from tests.browser.shopper import OpenWindow, Shopper
from tests.browser.staff import Staff

FIRST_VISIT, SECOND_VISIT = 32_000, 8_000  # bytes, without pictures of products
FIRST_VISIT_OF_OWN_HOME = 35_000
PHONE = {"viewport": {"width": 390, "height": 780}, "is_mobile": True, "has_touch": True}
DESKTOP = {"viewport": {"width": 1440, "height": 900}}
SHIFTS = """
async () => {
    const seen = [];
    const observer = new PerformanceObserver(list => seen.push(...list.getEntries()));
    observer.observe({type: 'layout-shift', buffered: true});
    const drawn = () => new Promise(requestAnimationFrame);
    await drawn();
    await drawn();
    return [...seen, ...observer.takeRecords()].map(shift => [
        shift.value, ...shift.sources.map(source => source.node?.outerHTML?.slice(0, 80))
    ]);
}
"""
LAID_OUT = """
[...document.querySelectorAll('.card__name')]
    .filter(name => name.checkVisibility({contentVisibilityAuto: true})).length
"""
FEET = """
[...document.querySelectorAll('.feature__products')].map(row =>
    [...row.querySelectorAll('.card__foot')].map(
        foot => Math.round(foot.getBoundingClientRect().bottom)))
"""
ANIMATED = """
Promise.all(document.getAnimations().map(animation => animation.finished))
    .then(() => new Promise(requestAnimationFrame)).then(() => new Promise(requestAnimationFrame))
"""


class Scales:
    """Between the browser and its network: the bytes of each address, counted as they come in."""

    def __init__(self, shopper: Shopper) -> None:
        self._addresses: dict[str, str] = {}
        self.bytes: dict[str, int] = {}
        cdp: CDPSession = shopper.page.context.new_cdp_session(shopper.page)
        cdp.on("Network.requestWillBeSent", self._asked)
        cdp.on("Network.loadingFinished", self._answered)
        cdp.send("Network.enable")

    def _asked(self, event: dict[str, Any]) -> None:
        self._addresses[event["requestId"]] = event["request"]["url"]

    def _answered(self, event: dict[str, Any]) -> None:
        address = self._addresses[event["requestId"]]
        self.bytes[address] = self.bytes.get(address, 0) + int(event["encodedDataLength"])

    def weigh(self) -> dict[str, int]:
        """Bytes received since the last call, without pictures of products."""
        weighed, self.bytes = self.bytes, {}
        return {address: size for address, size in weighed.items() if "/media/" not in address}

    def hosts(self) -> set[str]:
        return {"/".join(address.split("/")[:3]) for address in self._addresses.values()}


def visit(shopper: Shopper, path: str) -> None:
    """Waits until all automatic requests have ended, also those for pictures below the fold."""
    shopper.page.goto(path, wait_until="networkidle")
    shopper.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    shopper.page.wait_for_load_state("networkidle")


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_a_visit_to_the_catalogue_is_light(
    open_window: OpenWindow, server: Server, size: dict[str, Any], locale: str
) -> None:
    guest = open_window(**size, locale=locale)
    scales = Scales(guest)
    visit(guest, "/")
    first = scales.weigh()
    visit(guest, "about:blank")
    visit(guest, "/")
    second = scales.weigh()
    visit(guest, "/?sort=newest")  # the same page at a URL that is not in the browser's cache
    another = scales.weigh()
    assert 10_000 < sum(first.values()) <= FIRST_VISIT, first
    assert 300 < sum(second.values()) < sum(another.values()), second
    assert 2_000 < sum(another.values()) <= SECOND_VISIT, another
    assert scales.hosts() - {"about:blank"} == {server.address}


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("locale", ["ko-KR", "en-US"])
def test_a_first_visit_to_an_arranged_home_page_or_a_product_is_light(
    open_window: OpenWindow, server: Server, goods: Goods, size: dict[str, Any], locale: str
) -> None:
    weights = {}
    with Owner(server.address) as owner, owner.arranged(home_rows(goods)):
        for path in ("/", f"/products/{goods['brass-fountain-pen'].id}"):
            guest = open_window(**size, locale=locale)
            scales = Scales(guest)
            visit(guest, path)
            weights[path] = sum(scales.weigh().values())
    assert all(10_000 < weight <= FIRST_VISIT_OF_OWN_HOME for weight in weights.values()), weights


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_prices_in_a_row_of_the_home_page_stand_on_one_line(
    open_window: OpenWindow, server: Server, staff: Staff, goods: Goods, size: dict[str, Any]
) -> None:
    shopper = open_window(**size)
    shopper.register()
    staff.grant_points(shopper.name, AT_MOST)
    with Owner(server.address) as owner, owner.arranged(home_rows(goods)):
        shopper.open("/")
    marked = shopper.page.locator(".feature .card__within").count()
    assert 0 < marked < shopper.page.locator(".feature .card").count()
    for feet in shopper.page.evaluate(FEET):
        assert len(set(feet)) == 1, feet


@pytest.mark.parametrize(("size", "cards"), [(PHONE, 4), (DESKTOP, 8)], ids=["phone", "desktop"])
def test_pictures_below_the_fold_load_after_the_first(
    open_window: OpenWindow, size: dict[str, Any], cards: int
) -> None:
    page = open_window(**size).page
    cdp = page.context.new_cdp_session(page)
    cdp.send("Animation.enable")
    cdp.send("Animation.setPlaybackRate", {"playbackRate": 0})
    page.goto("/", wait_until="networkidle")
    assert page.evaluate(LAID_OUT) == cards
    cdp.send("Animation.setPlaybackRate", {"playbackRate": 1})
    page.evaluate(ANIMATED)
    assert page.evaluate(LAID_OUT) > cards


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_the_layout_does_not_shift(
    open_window: OpenWindow, goods: Goods, size: dict[str, Any]
) -> None:
    shopper, lamp = open_window(**size), goods["jointed-desk-lamp"]
    shopper.register()
    shopper.put_in_cart(lamp)
    shopper.sees("Added to your cart: %(name)s", name=lamp.name)
    moved = {}
    for path in ("/", "/?q=무선", f"/products/{lamp.id}", "/cart", "/login"):
        visit(shopper, path)
        moved[path] = shopper.page.evaluate(SHIFTS)
    assert {path: shifts for path, shifts in moved.items() if shifts} == {}
    shopper.page.evaluate("document.querySelector('main').style.marginTop = '100px'")
    assert shopper.page.evaluate(SHIFTS), "what moves is not seen"
