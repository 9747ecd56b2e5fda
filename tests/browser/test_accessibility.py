"""Every page in every state, judged by axe: in Korean and English, on a desk and in a hand, light
and dark."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from litestar import Litestar
from playwright.sync_api import Browser

from app import create_app
from shop.settings import load_settings
from tests.browser.shopper import Shopper
from tests.browser.stage import Stage, running_stage
from tests.browser.states import STATES, State

DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}
LOCALES = {"ko": "ko-KR", "en": "en-US"}
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
COLOURS = ["color-contrast", "link-in-text-block"]
"""What can be another in the dark: the rest of axe's rules read the document and its sizes."""
START = """rules => {
    const all = {runOnly: rules, resultTypes: ["violations"]};
    window.judgement = new Promise(done => setTimeout(() => done(axe.run(all))));
}"""
END = "async () => (await window.judgement).violations"

NO_PAGES = {
    "/api/v1/.*": "answers JSON",
    "/docs/openapi.json": "answers JSON",
    r"/staff/.+\.(csv|xlsx)": "files",
    "/docs/{path}": "leads nowhere, as `/{path}` does",
    "/orders/{order_id}/delivery": "a fragment of the receipt, and part of it when it is judged",
    "/(static|media)/{name}|/favicon.ico": "files",
    "/(robots.txt|manifest.webmanifest|sitemap.xml|sitemaps/.+)": "for robots and home screens",
    "/staff/.+[.](csv|xlsx)": "files",
    "/(healthz|readyz|metrics)": "plain text, for machines",
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running_stage() as stage:
        yield stage


@pytest.fixture(scope="module")
def windows(browser: Browser, stage: Stage) -> Iterator[dict[str, Shopper]]:
    """One for each language and device."""
    opened = {}
    for language, locale in LOCALES.items():
        for device, settings in DEVICES.items():
            window = browser.new_context(
                locale=locale, base_url=stage.server.address, reduced_motion="reduce", **settings
            )
            opened[f"{language}, {device}"] = Shopper(window.new_page(), language)
    yield opened
    for shopper in opened.values():
        shopper.page.context.close()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_axe_has_nothing_to_say(state: State, stage: Stage, windows: dict[str, Shopper]) -> None:
    with state.prepared(stage):
        for shopper in windows.values():
            state.reach(shopper, stage)
    pages = [shopper.page for shopper in windows.values()]
    for page in pages:
        page.evaluate(AXE_SCRIPT)
    complaints = [*judged(windows, TAGS)]
    for page in pages:
        page.emulate_media(color_scheme="dark")
    complaints += [f"dark, {said}" for said in judged(windows, COLOURS)]
    for page in pages:
        page.emulate_media(color_scheme="light")
    assert not complaints, "\n".join(complaints)


def judged(windows: dict[str, Shopper], rules: list[str]) -> Iterator[str]:
    """Begun in all windows before any is waited for: each is a process of its own."""
    for shopper in windows.values():
        shopper.page.evaluate(START, rules)
    for window, shopper in windows.items():
        for rule in shopper.page.evaluate(END):
            for node in rule["nodes"]:
                yield f"{window}, {rule['id']}: {node['html'][:200]}\n{node['failureSummary']}"


def test_every_page_of_the_shop_is_on_the_list(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_DATA_DIR", str(stage.server.data_dir))
    visited = {state.address(stage).partition("?")[0] for state in STATES}
    pages = [path for path in paths_of(create_app(load_settings())) if not is_no_page(path)]
    assert len(pages) > 10
    assert [path for path in pages if not any(fits(path, address) for address in visited)] == []


def paths_of(app: Litestar) -> list[str]:
    """What may be asked for by GET."""
    return [route.path_format for route in app.routes if "GET" in getattr(route, "methods", [])]


def is_no_page(path: str) -> bool:
    return any(re.fullmatch(without, path) for without in NO_PAGES)


def fits(path: str, address: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), address) is not None
