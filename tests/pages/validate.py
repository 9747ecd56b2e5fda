"""Runs the Nu HTML checker on each page in each state, as it is served, and on the stylesheets.
Exits with 1 if it finds an error; warnings are only printed."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Response

from shop.web.i18n import LANGUAGES
from tests.browser.chromium import running_browser
from tests.browser.server import ROOT
from tests.browser.shopper import Shopper
from tests.browser.stage import Stage, running_stage
from tests.browser.states import STATES

CHECKER = Path(__file__).parent / "node_modules" / "vnu-jar" / "build" / "dist" / "vnu.jar"

NOT_YET_KNOWN = (
    ("CSS: Unrecognized at-rule “@view-transition”", ""),  # CSS View Transitions 2
    ("CSS: Parse Error.", "nsition-group(*)"),  # CSS View Transitions 1: any name
    ("CSS: “view-transition-name”: Property “view-transition-name” doesn't exist.", ""),  # the same
    ("CSS: “--picture”: Parse Error.", "m-ident>)"),  # CSS Values 5: `attr()` with a type
)
"""What the checker says of CSS that is newer than it is, word for word, and of which piece."""

Message = dict[str, Any]


def main() -> None:
    if not shutil.which("java"):
        sys.exit("The HTML checker needs Java 11 or newer: install one (`java` must be found).")
    with tempfile.TemporaryDirectory(prefix="pointmall-validate-") as name:
        folder = Path(name)
        with running_stage() as stage, running_browser() as browser:
            save_pages(stage, browser, folder)
        pages = sorted(folder.glob("*.html"))
        sheets = sorted((ROOT / "static").rglob("*.css"))
        messages = [*judged(*pages), *judged("--css", *sheets)]
    errors = [message for message in messages if message["type"] != "info"]
    for message in messages:
        sys.stdout.write(f"{line_of(message)}\n")
    sys.stdout.write(f"{len(pages)} pages, {len(sheets)} style sheets: {len(errors)} errors\n")
    sys.exit(bool(errors))


def save_pages(stage: Stage, browser: Browser, folder: Path) -> None:
    """Without JavaScript, so that the response to each action is a page."""
    shoppers = []
    for language in LANGUAGES:
        window = browser.new_context(
            java_script_enabled=False, locale=language, base_url=stage.server.address
        )
        shoppers.append(Shopper(window.new_page(), language))
    for state in STATES:
        with state.prepared(stage):
            for shopper in shoppers:
                with last_document(shopper, folder / f"{state.slug}.{shopper.language}.html"):
                    state.reach(shopper, stage)


@contextmanager
def last_document(shopper: Shopper, file: Path) -> Iterator[None]:
    """Saves the last page that was received in the block, byte for byte."""
    answers: list[Response] = []

    def answered(answer: Response) -> None:
        if answer.request.is_navigation_request() and not 300 <= answer.status < 400:
            answers.append(answer)

    shopper.page.on("response", answered)
    yield
    shopper.page.remove_listener("response", answered)
    file.write_bytes(answers[-1].body())


def judged(*arguments: str | Path) -> list[Message]:
    """The output of the checker, which exits with 1 if it finds an error."""
    command = ["java", "-jar", CHECKER, "--stdout", "--format", "json", *arguments]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=False, timeout=600)
    messages: list[Message] = json.loads(done.stdout)["messages"]
    return [message for message in messages if not is_not_yet_known(message)]


def is_not_yet_known(message: Message) -> bool:
    return any(
        message["message"] == said and piece in message.get("extract", "")
        for said, piece in NOT_YET_KNOWN
    )


def line_of(message: Message) -> str:
    place = f"{Path(message.get('url', '')).name}:{message.get('lastLine', '')}"
    kind = message.get("subType", message["type"])
    return f"{place}: {kind}: {message['message']}\n    {message.get('extract', '').strip()}"


if __name__ == "__main__":
    main()
