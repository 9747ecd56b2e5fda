"""Accent colours that can be read: contrast (WCAG 2.2, 1.4.3) in the light and the dark theme."""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from typing import Literal

Theme = Literal["light", "dark"]
Rgb = tuple[float, float, float]

COLOUR = re.compile(r"#[0-9a-f]{6}")
READABLE = 4.5
STEP = 0.005  # of lightness, in the search for the nearest colour
# `--paper`, `--surface` and `--raised` of static/css/tokens.css; a test compares them.
BACKGROUNDS: dict[Theme, tuple[str, ...]] = {
    "light": ("#fcfcfd", "#f2f3f7", "#ffffff"),
    "dark": ("#13151d", "#1e212c"),
}
ON_ACCENT: dict[Theme, tuple[str, ...]] = {"light": ("#ffffff",), "dark": ("#12163a",)}
TINT: dict[Theme, float] = {"light": 0.1, "dark": 0.2}  # how much accent is in its background


def contrast(one: str, other: str) -> float:
    """From 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(colour: str, theme: Theme) -> bool:
    """As text on every background of the theme, and under the text of a button."""
    others = (*BACKGROUNDS[theme], *ON_ACCENT[theme], tinted(colour, theme))
    return all(contrast(colour, other) >= READABLE for other in others)


def nearest_readable(colour: str, theme: Theme) -> str:
    """The colour of the same hue whose lightness is the nearest that can be read."""
    hue, lightness, saturation = rgb_to_hls(*_rgb(colour))
    steps = [lightness + sign * n * STEP for n in range(int(1 / STEP) + 1) for sign in (1, -1)]
    tried = (_hex(hls_to_rgb(hue, step, saturation)) for step in steps if 0 <= step <= 1)
    return next(one for one in tried if is_readable(one, theme))


def tinted(colour: str, theme: Theme) -> str:
    """The theme's background with a little of the colour, for selected items."""
    return _mixed(colour, BACKGROUNDS[theme][0], TINT[theme])


def stronger(colour: str, theme: Theme) -> str:
    """For pressed and hovered elements."""
    return _mixed({"light": "#000000", "dark": "#ffffff"}[theme], colour, 0.2)


def _mixed(one: str, other: str, part: float) -> str:
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    red, green, blue = (a * part + b * (1 - part) for a, b in pairs)
    return _hex((red, green, blue))


def _luminance(colour: str) -> float:
    """Relative luminance, as WCAG 2.2 defines it."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in _rgb(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def _hex(rgb: Rgb) -> str:
    return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
