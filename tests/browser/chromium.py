"""Starts Chromium for all tests."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.find_chromium import candidates, works

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@cache
def chromium_path() -> str:
    for path in candidates():
        if path and works(path):
            return path
    raise RuntimeError("No Chromium starts here: set CHROMIUM=/path/to/it")


@cache
def headless_shell() -> str:
    """Chromium without its window, of the same package. It takes half the time."""
    shell = shutil.which("chromium-headless-shell")
    of_package = chromium_path() == shutil.which("chromium")
    return shell if shell and of_package and works(shell) else chromium_path()


def chromium_flags() -> list[str]:
    return [*QUIET, *(["--no-sandbox"] if os.geteuid() == 0 else [])]


@contextmanager
def running_playwright() -> Iterator[Playwright]:
    chromium_path()  # first, because it starts Playwright too, which can run only once
    with sync_playwright() as playwright:
        yield playwright


@contextmanager
def running_browser() -> Iterator[Browser]:
    with running_playwright() as playwright, launched(playwright) as browser:
        yield browser


@contextmanager
def launched(playwright: Playwright, *, keeps_pages: bool = False) -> Iterator[Browser]:
    """`keeps_pages` enables the back/forward cache, which Playwright disables and the headless
    shell lacks."""
    browser = playwright.chromium.launch(
        executable_path=chromium_path() if keeps_pages else headless_shell(),
        args=chromium_flags(),
        ignore_default_args=["--disable-back-forward-cache"] if keeps_pages else None,
    )
    yield browser
    browser.close()
