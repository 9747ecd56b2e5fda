"""Accent colours are readable in both themes, and the nearest readable one is found."""

import re
from pathlib import Path

import pytest

from shop.web.colours import BACKGROUNDS, contrast, is_readable, nearest_readable, tinted

TOKENS = (Path(__file__).parents[3] / "static/css/tokens.css").read_text()


def test_contrast_is_what_wcag_defines() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize("colour", ["#ff0000", "#fee500", "#03c75a", "#ffffff", "#000000"])
def test_the_nearest_colour_is_readable_and_has_the_same_hue(colour: str) -> None:
    for theme, backgrounds in BACKGROUNDS.items():
        found = nearest_readable(colour, theme)
        assert is_readable(found, theme)
        for background in (*backgrounds, tinted(found, theme)):
            assert contrast(found, background) >= 4.5


def test_a_readable_colour_is_its_own_nearest() -> None:
    assert nearest_readable("#2f3f8f", "light") == "#2f3f8f"


def test_the_backgrounds_are_those_of_the_stylesheet() -> None:
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    for theme, text in (("light", light), ("dark", dark)):
        found = re.findall(r"--(?:paper|surface|raised): (#[0-9a-f]+);", text)
        written = {colour if len(colour) == 7 else colour[0] + colour[1:] * 2 for colour in found}
        assert written == set(BACKGROUNDS[theme])  # type: ignore[index]  # both themes
