"""Axe finds no violation on any page in any state: in Korean and English, on desktop and phone,
light and dark."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from litestar import Litestar
from playwright.sync_api import Browser

from app import create_app
from shop.settings import load_settings
from shop.web.i18n import Language
from tests.browser.shopper import Shopper
from tests.browser.stage import Stage, running_stage
from tests.browser.states import STATES, State

DEVICES: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1440, "height": 900}},
    "phone": {"viewport": {"width": 360, "height": 740}, "is_mobile": True, "has_touch": True},
}
LOCALES: dict[Language, str] = {"ko": "ko-KR", "en": "en-US"}
WINDOWS: tuple[tuple[Language, str, str], ...] = (
    ("ko", "desktop", "light"),
    ("en", "desktop", "dark"),
    ("ko", "phone", "dark"),
    ("en", "phone", "light"),
)
"""Any two of language, device and colour scheme meet. All eight combinations took twice as long:
only contrast depends on the scheme, and no colour depends on the language."""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
REMEMBER_COLOURS = """() => {
    const {prototype} = axe.commons.color.Color, parse = prototype.parseString, known = new Map();
    prototype.parseString = function (text) {
        if (!known.has(text)) known.set(text, parse.call(new axe.commons.color.Color(), text));
        const {r, g, b, alpha} = known.get(text);
        return Object.assign(this, {r, g, b, alpha});
    };
}"""
"""A fifth of axe's time is parsing the same few colours again, for each element and its parents."""
START = """rules => {
    const all = {runOnly: rules, resultTypes: ["violations"]};
    window.judgement = new Promise(done => setTimeout(() => done(axe.run(all))));
}"""
END = "async () => (await window.judgement).violations"

NO_PAGES = {
    "/api/v1/.*": "answers JSON",
    "/docs/openapi.json": "answers JSON",
    "/suggestions": "links below the search field (test_searching.py)",
    r"/staff/.+\.(csv|xlsx)": "files",
    "/docs/{path}": "leads nowhere, as `/{path}` does",
    "/orders/{order_id}/delivery": "a fragment of the receipt, and part of it when it is judged",
    "/(static|media|theme|theme/logo)/{name}|/favicon.ico|/account/export": "files",
    "/(robots.txt|manifest.webmanifest|sitemap.xml|sitemaps/.+)": "for robots and home screens",
    "/staff/.+[.](csv|xlsx)": "files",
    "/(healthz|readyz|metrics)": "plain text, for machines",
    "/orders/{order_id}/lines/{product_id}/reveal": "leads to the receipt",
}


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with running_stage() as stage:
        yield stage


@pytest.fixture(scope="module")
def windows(browser: Browser, stage: Stage) -> Iterator[dict[str, Shopper]]:
    """One for each of `WINDOWS`."""
    opened = {}
    for language, device, scheme in WINDOWS:
        window = browser.new_context(
            locale=LOCALES[language],
            base_url=stage.server.address,
            color_scheme=scheme,  # type: ignore[arg-type]
            reduced_motion="reduce",
            **DEVICES[device],
        )
        name = f"{language}, {device}, {scheme}"
        opened[name] = Shopper(window.new_page(), language)
    yield opened
    for shopper in opened.values():
        shopper.page.context.close()


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.name)
def test_axe_finds_no_violations(state: State, stage: Stage, windows: dict[str, Shopper]) -> None:
    with state.prepared(stage):
        for shopper in windows.values():
            state.reach(shopper, stage)
    with whole_pages(windows):
        complaints = [*judged(windows)]
    assert not complaints, "\n".join(complaints)


@contextmanager
def whole_pages(windows: dict[str, Shopper]) -> Iterator[None]:
    """Each window is as high as its page: a bar at its edge covers nothing."""
    sizes = {name: shopper.page.viewport_size for name, shopper in windows.items()}
    for shopper in windows.values():
        height = shopper.page.evaluate("document.documentElement.scrollHeight")
        if size := shopper.page.viewport_size:
            shopper.page.set_viewport_size({"width": size["width"], "height": height})
    yield
    for name, size in sizes.items():
        if size:
            windows[name].page.set_viewport_size(size)


def judged(windows: dict[str, Shopper]) -> Iterator[str]:
    """Starts all processes before it waits for one."""
    for shopper in windows.values():
        shopper.page.evaluate(AXE_SCRIPT)
        shopper.page.evaluate(REMEMBER_COLOURS)
        shopper.page.evaluate(START, RULES)
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
    """The paths that have a GET handler."""
    return [route.path_format for route in app.routes if "GET" in getattr(route, "methods", [])]


def is_no_page(path: str) -> bool:
    return any(re.fullmatch(without, path) for without in NO_PAGES)


def fits(path: str, address: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", path), address) is not None
