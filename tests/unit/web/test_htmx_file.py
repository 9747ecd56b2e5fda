"""The one script the shop serves is the one its authors published, byte for byte."""

import hashlib
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "static/js/htmx-4.0.1.min.js"
PUBLISHED = (
    "c6ca5adedf4caf32e4c1d7e8ebb2dbb2eb16faddf3d8b1b5723900f2c7985c7d"
    "e45a890b4e5646acd3cd1992671c5f5aa6fdf687a43847c5d60425b8122369b4"
)


def test_htmx_is_the_published_file() -> None:
    """The figure is of `dist/htmx.min.js` in the package htmx.org 4.0.1, whose published
    integrity is sha512-oF7JgXhDW9UXCy/k1ZYFUQgzu/rm19ORWPSPNL91vPluB2PB9+MV55tyQdH/w7o2
    EAbTYUG5SDW1R60mdkdqGg== (one word): checked once, when the file was taken out of it."""
    assert hashlib.sha512(SCRIPT.read_bytes()).hexdigest() == PUBLISHED
