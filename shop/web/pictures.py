"""A product's picture and its files, one per size; the size is part of the file's name.

`<id>-1600x1200.jpg` is the picture. Beside it are smaller ones, and each of them as AVIF too.
"""

import re
from typing import NamedTuple

LARGEST = 1600
"""Pixels of the longer side."""
WIDTHS = (400, 800, 1200)
NAME = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})\.jpg")


class Picture(NamedTuple):
    """Its own size in pixels: none of its files is larger."""

    id: str
    width: int
    height: int

    @property
    def name(self) -> str:
        """Of the file that every client can show."""
        return f"{self.id}-{self.width}x{self.height}.jpg"

    @property
    def sizes(self) -> list[tuple[int, int]]:
        smaller = [width for width in WIDTHS if width < self.width]
        heights = [max(1, round(self.height * width / self.width)) for width in smaller]
        return [*zip(smaller, heights, strict=True), (self.width, self.height)]

    def srcset(self, kind: str) -> str:
        """Its files of a kind, `avif` or `jpg`, as browsers choose from."""
        return ", ".join(
            f"/media/{self.id}-{width}x{height}.{kind} {width}w" for width, height in self.sizes
        )


def picture_at(image_url: str) -> Picture | None:
    """None for an SVG of the demo, or an upload from before there were sizes."""
    found = NAME.fullmatch(image_url.removeprefix("/media/"))
    return Picture(found[1], int(found[2]), int(found[3])) if found else None
