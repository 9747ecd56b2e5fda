"""The page that a proxy shows while no process of the shop responds."""

import re
from pathlib import Path

from shop.errors import Unavailable
from shop.web.i18n import LANGUAGES, translate

PAGE = (Path(__file__).parents[3] / "static" / "unavailable.html").read_text("utf-8")


def test_it_needs_nothing_else() -> None:
    assert re.findall(r"""(?:src|href|url)\s*[=(]\s*["']?([^"')>\s]+)""", PAGE) == ["/"]
    assert "@import" not in PAGE


def test_its_messages_are_those_of_the_shop_in_both_languages() -> None:
    for language in LANGUAGES:
        assert translate(language, Unavailable.answer.title) in PAGE
        assert f'lang="{language}"' in PAGE
