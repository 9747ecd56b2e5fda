"""The browser's reading of the pages' heads: structured data, manifest, language."""

from playwright.sync_api import expect

from tests.browser.goods import Goods
from tests.browser.shopper import OpenWindow, Shopper


def test_structured_data_is_not_executed(guest: Shopper, goods: Goods) -> None:
    """A block of data is no script to the Content-Security-Policy: the console stays clean, which
    every window is watched for."""
    lamp = goods["jointed-desk-lamp"]
    guest.open_product(lamp)
    blocks = guest.page.locator('script[type="application/ld+json"]')
    assert blocks.count() == 1
    data = blocks.evaluate("block => JSON.parse(block.textContent)")
    assert data["@graph"][0]["name"] == lamp.name


def test_the_web_app_manifest_is_valid(guest: Shopper) -> None:
    guest.open("/")
    found = guest.page.context.new_cdp_session(guest.page).send("Page.getAppManifest")
    assert found["errors"] == []
    assert found["url"].endswith("/manifest.webmanifest?lang=ko")
    assert guest.word("Pointmall") in found["data"]


def test_a_url_keeps_its_language_and_the_switch_changes_it(
    open_window: OpenWindow, goods: Goods
) -> None:
    lamp, guest = goods["jointed-desk-lamp"], open_window(locale="ko-KR")
    guest.open(f"/products/{lamp.id}?lang=en")
    expect(guest.page.get_by_role("heading", level=1)).to_have_text(lamp.name_en)
    guest.page.get_by_role("button", name="한국어").click()
    expect(guest.page).to_have_url(f"/products/{lamp.id}")
    expect(guest.page.get_by_role("heading", level=1)).to_have_text(lamp.name)
