"""Takes pictures of all pages in all states, and lays them out to be looked through: of Pointmall,
and of a shop with another name, logo, colour and word for points.

In `build/contact-sheet/`: `index.html` with all of them, and boards (PNG) of some at a time, for
each shop, language, width and colour scheme.
"""

import shutil
import sys
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

import msgspec
from PIL import Image, ImageDraw, ImageFont
from playwright.sync_api import Browser

from shop import site
from shop.web.i18n import LANGUAGES
from tests.browser.chromium import running_browser
from tests.browser.owner import FOREST, Owner
from tests.browser.server import ROOT
from tests.browser.shopper import Shopper
from tests.browser.stage import Stage, running_stage
from tests.browser.states import STATES, State

FOLDER = ROOT / "build" / "contact-sheet"
HEIGHTS = {360: 740, 768: 1024, 1440: 900}
"""Of the window, by its width; it grows with a page that is longer."""
SHOPS = {"pointmall": (360, 768, 1440), "forest": (360, 1440)}
"""The widths of each."""
SCHEMES = ("light", "dark")
THUMBNAIL = {360: (240, 640), 768: (360, 640), 1440: (560, 480)}
BOARD = {360: (9, 2), 768: (6, 2), 1440: (4, 3)}
"""Columns and rows."""
LABEL = 20
GAP = 12
STYLE = """
body { font: 0.9rem/1.4 system-ui, sans-serif; margin: 1rem; background: #ddd; color: #111; }
section > div { display: flex; gap: 0.75rem; overflow-x: auto; align-items: start; }
img { height: 20rem; width: auto; background: #fff; }
figure { margin: 0; flex: none; }
"""


class Sheet(NamedTuple):
    """The pictures of one kind."""

    shop: str
    language: str
    width: int
    scheme: str

    @property
    def name(self) -> str:
        return f"{self.shop}-{self.language}-{self.width}-{self.scheme}"

    def picture(self, state: State) -> Path:
        return FOLDER / self.name / f"{state.slug}.png"


SHEETS = [
    Sheet(shop, language, width, scheme)
    for shop, widths in SHOPS.items()
    for language in LANGUAGES
    for width in widths
    for scheme in SCHEMES
]


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    with running_browser() as browser:
        for shop in SHOPS:
            with running_stage() as stage:
                if shop == "forest":
                    name_the_shop(stage)
                take_pictures(stage, browser, shop)
    for sheet in SHEETS:
        lay_out(sheet)
    (FOLDER / "index.html").write_text(index(), "utf-8")
    sys.stdout.write(f"{FOLDER / 'index.html'}\n")


def name_the_shop(stage: Stage) -> None:
    """Also in this process, which looks for the words of the pages."""
    with Owner(stage.server.address) as owner:
        owner.name_the_shop(FOREST)
    site.apply(msgspec.structs.replace(site.DEFAULT, **FOREST))


def take_pictures(stage: Stage, browser: Browser, shop: str) -> None:
    shoppers = {}
    for language in LANGUAGES:
        window = browser.new_context(
            locale=language, base_url=stage.server.address, reduced_motion="reduce"
        )
        shoppers[language] = Shopper(window.new_page(), language)
    for state in STATES:
        with state.prepared(stage):
            for shopper in shoppers.values():
                state.reach(shopper, stage)
        for sheet in SHEETS:
            if sheet.shop == shop:
                take_picture(sheet, state, shoppers[sheet.language])


def take_picture(sheet: Sheet, state: State, shopper: Shopper) -> None:
    """Reaches the state once, and takes it at all widths and in both colour schemes. The window is
    as high as the page, so that fixed elements are at the page's foot."""
    page = shopper.page
    page.emulate_media(color_scheme=sheet.scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": sheet.width, "height": HEIGHTS[sheet.width]})
    height = page.evaluate("document.documentElement.scrollHeight")
    page.set_viewport_size({"width": sheet.width, "height": height})
    page.screenshot(path=sheet.picture(state))


def lay_out(sheet: Sheet) -> None:
    columns, rows = BOARD[sheet.width]
    at_a_time = columns * rows
    for first in range(0, len(STATES), at_a_time):
        board = board_of(sheet, STATES[first : first + at_a_time])
        board.save(FOLDER / f"{sheet.name}-{first // at_a_time + 1}.png")


def board_of(sheet: Sheet, states: Sequence[State]) -> Image.Image:
    """Thumbnails of long pages show their upper part."""
    width, height = THUMBNAIL[sheet.width]
    columns, rows = BOARD[sheet.width]
    size = (columns * (width + GAP) + GAP, rows * (height + LABEL + GAP) + GAP)
    board = Image.new("RGB", size, "#dddddd")
    draw = ImageDraw.Draw(board)
    font = ImageFont.load_default(13)
    for number, state in enumerate(states):
        row, column = divmod(number, columns)
        left = GAP + column * (width + GAP)
        top = GAP + row * (height + LABEL + GAP)
        draw.text((left, top), state.name, "#111111", font)
        board.paste(thumbnail(sheet.picture(state), width, height), (left, top + LABEL))
    return board


def thumbnail(picture: Path, width: int, height: int) -> Image.Image:
    with Image.open(picture) as whole:
        scale = width / whole.width
        part = whole.convert("RGB").crop((0, 0, whole.width, min(whole.height, height / scale)))
        return part.resize((width, round(part.height * scale)), Image.Resampling.LANCZOS)


def index() -> str:
    head = f"<!doctype html><html lang=en><meta charset=utf-8><title>Pages</title><style>{STYLE}"
    return f"{head}</style><h1>{len(STATES)} pages and states</h1>\n" + "\n".join(rows())


def rows() -> Iterator[str]:
    for state in STATES:
        figures = [figure(sheet, state) for sheet in SHEETS]
        yield f"<section><h2>{escape(state.name)}</h2><div>{''.join(figures)}</div></section>"


def figure(sheet: Sheet, state: State) -> str:
    file = sheet.picture(state).relative_to(FOLDER)
    image = f'<a href="{file}"><img loading=lazy src="{file}" alt=""></a>'
    return f"<figure>{image}<figcaption>{sheet.name}</figcaption></figure>"


if __name__ == "__main__":
    main()
