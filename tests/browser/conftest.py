"""One server and one browser for all tests, and a new browser context for each."""

import re
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Playwright,
    Response,
    StorageState,
)
from playwright.sync_api import expect as playwright_expect

from tests.browser.chromium import launched, running_playwright
from tests.browser.colleagues import Hire, give_rights
from tests.browser.goods import Goods
from tests.browser.partner import Partner
from tests.browser.server import Server
from tests.browser.shopper import OpenWindow, Shopper
from tests.browser.staff import Staff

TIMEOUT = 10_000
"""Milliseconds to wait for an element."""

REFUSED = re.compile(r"Failed to load resource: .* status of 4\d\d ")
MAY_BE_REFUSED = {"document", "fetch", "xhr", "other"}
"""Resource types that may be answered with 4xx. "other" is the icon that Chromium requests."""


@pytest.fixture(scope="session")
def partner() -> Iterator[Partner]:
    with Partner() as partner:
        yield partner


@pytest.fixture(scope="session")
def server(partner: Partner) -> Iterator[Server]:
    # Not in pytest's folder, which PostgreSQL's user cannot read.
    with (
        tempfile.TemporaryDirectory(prefix="pointmall-browser-") as folder,
        Server(Path(folder), partner.address) as server,
    ):
        yield server


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    playwright_expect.set_options(timeout=TIMEOUT)
    with running_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def goods(server: Server) -> Goods:
    return Goods(server.address)


@pytest.fixture(scope="session")
def staff(server: Server) -> Iterator[Staff]:
    """A member of staff, who changes points, prices and stock during a test."""
    with Staff(server.address) as staff:
        yield staff


@pytest.fixture
def complaints() -> list[str]:
    """Console errors and failed responses. Must be empty at the end of a test."""
    return []


@pytest.fixture
def open_window(
    browser: Browser, server: Server, complaints: list[str], request: pytest.FixtureRequest
) -> Iterator[OpenWindow]:
    """Opens isolated browser contexts, with the options of Playwright's `new_context`. Fails after
    the test if there were complaints. A failed test leaves a screenshot of each page."""
    windows: list[BrowserContext] = []

    def open_window(**options: object) -> Shopper:
        settings = {"locale": "ko-KR", "reduced_motion": "reduce", "base_url": server.address}
        window = browser.new_context(**(settings | options))  # type: ignore[arg-type]
        window.set_default_timeout(TIMEOUT)
        listen(window, complaints)
        windows.append(window)
        return Shopper(window.new_page())

    yield open_window
    if request.node.stash.get(FAILED, False):
        pictures = take_pictures(windows)
        request.node.add_report_section("teardown", "pictures", "\n".join(pictures))
    for window in windows:
        window.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def guest(open_window: OpenWindow) -> Shopper:
    return open_window()


@pytest.fixture
def shopper(guest: Shopper, staff: Staff) -> Shopper:
    """A new account with 100,000 points."""
    guest.register()
    staff.grant_points(guest.name, 100_000)
    return guest


@pytest.fixture(scope="session")
def session_of_chief(browser: Browser, server: Server) -> Iterator[StorageState]:
    """The cookies of a superuser who has signed in."""
    window = browser.new_context(locale="ko-KR", base_url=server.address)
    form = {"username": "admin", "password": "admin-demo"}
    answer = window.request.post("/login", form=form, max_redirects=0)
    assert answer.status == 303, answer.text()
    yield window.storage_state()
    window.close()


@pytest.fixture
def chief(open_window: OpenWindow, session_of_chief: StorageState) -> Shopper:
    """A superuser, in a browser without JavaScript."""
    chief = open_window(java_script_enabled=False, storage_state=session_of_chief)
    chief.name = "admin"
    return chief


@pytest.fixture
def hire(open_window: OpenWindow, chief: Shopper) -> Hire:
    def hire(*rights: str) -> Shopper:
        clerk = open_window(java_script_enabled=False)
        clerk.register()
        give_rights(chief, clerk.name, *rights)
        return clerk

    return hire


def listen(window: BrowserContext, complaints: list[str]) -> None:
    """Collects complaints. Violations of the Content-Security-Policy are console errors too."""

    def logged(message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED.match(message.text):
            complaints.append(f"{message.page and message.page.url}: {message.text}")

    def answered(answer: Response) -> None:
        limit = 500 if answer.request.resource_type in MAY_BE_REFUSED else 400
        if answer.status >= limit:
            complaints.append(f"{answer.status} {answer.url}")

    window.on("console", logged)
    window.on("weberror", lambda error: complaints.append(str(error.error)))
    window.on("response", answered)


FAILED = pytest.StashKey[bool]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


def take_pictures(windows: list[BrowserContext]) -> list[str]:
    folder = Path(tempfile.mkdtemp(prefix="pointmall-browser-"))
    taken = []
    for number, page in enumerate(page for window in windows for page in window.pages):
        picture = folder / f"{number}.png"
        page.screenshot(path=picture, full_page=True)
        taken.append(f"{page.url}: {picture}")
    return taken
