"""A product's picture and its files, one per size; the size is part of the file's name.

`<id>-1600x1200.jpg` is the picture. Beside it are smaller ones, and each of them as AVIF too.
A name is never used for another picture again.
"""

import re
from pathlib import PurePath
from typing import NamedTuple

MEDIA_TYPES = {
    ".avif": "image/avif",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".webp": "image/webp",
}
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,250}")

LARGEST = 1600
"""Pixels of the longer side."""
WIDTHS = (400, 800, 1200)
KINDS = ("avif", "jpg")
NAME = re.compile(r"([0-9a-f]{32})-([1-9][0-9]{0,3})x([1-9][0-9]{0,3})\.jpg")

LOGO = re.compile(r"([0-9a-f]{32})-logo-([1-9][0-9]{0,2})x([1-9][0-9]{0,2})\.png")
ICON = re.compile(r"[0-9a-f]{32}-icon-[0-9]{3}\.png")
ICON_SIZES = (192, 512)


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

    @property
    def files(self) -> list[str]:
        return [
            f"{self.id}-{width}x{height}.{kind}" for width, height in self.sizes for kind in KINDS
        ]

    def srcset(self, kind: str) -> str:
        """Its files of a kind, `avif` or `jpg`, as browsers choose from."""
        return ", ".join(
            f"/media/{self.id}-{width}x{height}.{kind} {width}w" for width, height in self.sizes
        )


class Logo(NamedTuple):
    """The shop's logo as PNG files: for the header, and square for home screens."""

    id: str
    width: int
    height: int

    @property
    def name(self) -> str:
        return f"{self.id}-logo-{self.width}x{self.height}.png"

    @property
    def icons(self) -> dict[int, str]:
        """The names of the icons by their size."""
        return {size: f"{self.id}-icon-{size}.png" for size in ICON_SIZES}

    @property
    def files(self) -> list[str]:
        return [*self.icons.values(), self.name]

    @property
    def is_wordmark(self) -> bool:
        """It is wide enough to have the name in it."""
        return self.width > 2 * self.height


def logo_of(name: str) -> Logo | None:
    found = LOGO.fullmatch(name)
    return Logo(found[1], int(found[2]), int(found[3])) if found else None


def is_of_a_logo(name: str) -> bool:
    return bool(LOGO.fullmatch(name) or ICON.fullmatch(name))


def picture_at(image_url: str) -> Picture | None:
    """None for an SVG of the demo, or an upload from before there were sizes."""
    found = NAME.fullmatch(image_url.removeprefix("/media/"))
    return Picture(found[1], int(found[2]), int(found[3])) if found else None


def files_of(name: str) -> list[str]:
    """The files of the picture or logo of this name; one without sizes is its only file."""
    picture = picture_at(f"/media/{name}") or logo_of(name)
    return picture.files if picture else [name]


def media_type(name: str) -> str | None:
    """None if it is not the name of a file that the shop serves."""
    return MEDIA_TYPES.get(PurePath(name).suffix) if FILE_NAME.fullmatch(name) else None
