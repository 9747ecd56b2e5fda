"""Prints the path of a working Chromium; installs one if there is none.

Order: `CHROMIUM`, Playwright's, the system's, Playwright's download, the distribution's package.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

TIMEOUT = 300
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def main() -> None:
    for path in candidates():
        if path and works(path):
            sys.stdout.write(path)
            return
    sys.exit(
        "No Chromium runs here, and none could be installed. Install one, for example with "
        "`playwright install --with-deps chromium`, or name one that you have: CHROMIUM=/path/to/it"
    )


def candidates() -> Iterator[str | None]:
    yield os.environ.get("CHROMIUM")
    yield playwrights_own()
    yield from map(shutil.which, NAMES)
    if quietly(sys.executable, "-m", "playwright", "install", "chromium"):
        yield playwrights_own()
    if install_package():
        yield from map(shutil.which, NAMES)


def playwrights_own() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def install_package() -> bool:
    if not shutil.which("apt-get"):
        return False
    as_root = () if os.geteuid() == 0 else ("sudo", "-n")
    install = (*as_root, "apt-get", "install", "-y", "--no-install-recommends", "chromium")
    quietly(*as_root, "apt-get", "update")
    # Ubuntu has no such package.
    return quietly(*install, "chromium-headless-shell") or quietly(*install)


def works(path: str) -> bool:
    """Whether it starts: a downloaded browser may need libraries that the system lacks."""
    return quietly(path, "--version", timeout=30)


def quietly(*command: str, timeout: int = TIMEOUT) -> bool:
    try:
        done = subprocess.run(command, capture_output=True, timeout=timeout, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


if __name__ == "__main__":
    main()
