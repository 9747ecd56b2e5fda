"""The page that a proxy shows while no process of the shop answers."""

import re
from pathlib import Path

from shop.errors import ANSWERS, Unavailable
from shop.web.i18n import LANGUAGES, translate

PAGE = (Path(__file__).parents[3] / "static" / "unavailable.html").read_text("utf-8")


def test_it_needs_nothing_else() -> None:
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')>\s]+)""", PAGE) == ["/"]
    assert "@import" not in PAGE


def test_it_says_what_the_shop_says_in_both_languages() -> None:
    for language in LANGUAGES:
        assert translate(language, ANSWERS[Unavailable].title) in PAGE
        assert f'lang="{language}"' in PAGE
