"""The superuser of the demo, who gives the shop its face by the forms of the staff's pages."""

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import httpx
from PIL import Image, ImageDraw

from tests.browser.goods import Goods
from tests.browser.server import TIMEOUT

FOREST = {
    "name_ko": "숲가게",
    "name_en": "Forest Shop",
    "points_ko": "씨앗",
    "point_en": "seed",
    "points_en": "seeds",
    "symbol": "씨앗",
    "accent_light": "#1d6b3a",
}
"""Another name and colour, and other words for points."""
GREEN = (29, 107, 58)
AT_MOST = 20_000
"""Points of a row of the home page."""

Rows = list[dict[str, str]]


class Owner:
    def __init__(self, address: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=TIMEOUT)

    def __enter__(self) -> Self:
        form = {"username": "admin", "password": "admin-demo"}
        assert self._http.post("/login", data=form).has_redirect_location
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def name_the_shop(self, words: dict[str, str]) -> None:
        """And gives it a logo."""
        self._send("/staff/settings", words)
        self._send("/staff/settings/logo", {}, {"logo": ("logo.png", logo())}, "/staff/settings")

    @contextmanager
    def arranged(self, rows: Rows) -> Iterator[None]:
        """The home page has these rows, with a picture in the first, inside the block."""
        form = {f"{name}_{n}": text for n, row in enumerate(rows, 1) for name, text in row.items()}
        self._send("/staff/home", form, {"file_1": ("hero.png", landscape())})
        yield
        self._send("/staff/home", {"kind_1": ""})

    def _send(
        self, path: str, form: dict[str, str], files: dict[str, Any] | None = None, at: str = ""
    ) -> None:
        opened = self._http.get(at or path).raise_for_status().text
        keys = {name: _value(name, opened) for name in ("_csrf_token", "form_key")}
        answer = self._http.post(path, data={**keys, **form}, files=files)
        assert answer.status_code == 303, answer.text


def home_rows(goods: Goods) -> Rows:
    """One of each kind."""
    chosen = ("roll-top-backpack", "wall-clock", "glass-teapot", "knit-throw")
    products = ", ".join(str(goods[slug].id) for slug in chosen)
    return [
        {
            "kind": "hero",
            "value": "/?category=kitchen",
            "title_ko": "따뜻한 차 한 잔의 가을",
            "title_en": "An autumn of warm tea",
            "alt_ko": "해가 지는 언덕",
            "alt_en": "Hills at sunset",
        },
        {"kind": "best"},
        {"kind": "new"},
        {"kind": "under", "value": str(AT_MOST)},
        {"kind": "affordable"},
        {"kind": "category", "value": "tech", "title_ko": "책상 위의 전자", "title_en": "Tech"},
        {"kind": "products", "value": products},
        {"kind": "liked"},
    ]


def logo() -> bytes:
    """A tree, as a square picture: it stands before the name."""
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    draw = ImageDraw.Draw(image)
    draw.rectangle((130, 200, 170, 290), (120, 82, 48, 255))
    draw.polygon(((150, 10), (270, 220), (30, 220)), (*GREEN, 255))
    return _png(image)


def landscape() -> bytes:
    image = Image.new("RGB", (1600, 900), (246, 205, 160))
    draw = ImageDraw.Draw(image)
    draw.ellipse((1050, 180, 1350, 480), (232, 120, 70))
    draw.ellipse((-400, 480, 1100, 1500), (96, 128, 84))
    draw.ellipse((600, 560, 2200, 1700), GREEN)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    content = io.BytesIO()
    image.save(content, "PNG")
    return content.getvalue()


def _value(field: str, page: str) -> str:
    """The value of a hidden field of the last form that has it."""
    return str(re.findall(rf'name="{field}" value="([^"]*)"', page)[-1])
