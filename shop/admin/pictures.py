"""Pictures of products: what staff may upload, and under which name it is kept."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from piccolo_api.media.local import LocalMediaStorage

from shop.admin.body import LARGEST_PICTURE
from shop.products.tables import Product
from shop.web.media import NAME

BEGINNING = 64  # bytes, enough to know every kind
AVIF_BRANDS = {b"avif", b"avis"}


def _is_avif(start: bytes) -> bool:
    """ISO base media: AVIF is one of the brands after `ftyp` (the second place is a version)."""
    brands = {start[at : at + 4] for at in range(8, len(start), 4) if at != 12}
    return start[4:8] == b"ftyp" and bool(brands & AVIF_BRANDS)


# No SVG: it can hold scripts.
KINDS: dict[str, Callable[[bytes], bool]] = {
    "png": lambda start: start.startswith(b"\x89PNG\r\n\x1a\n"),
    "jpg": lambda start: start.startswith(b"\xff\xd8\xff"),
    "jpeg": lambda start: start.startswith(b"\xff\xd8\xff"),
    "gif": lambda start: start.startswith((b"GIF87a", b"GIF89a")),
    "webp": lambda start: start.startswith(b"RIFF") and start[8:12] == b"WEBP",
    "avif": _is_avif,
}


class PictureStorage(LocalMediaStorage):
    """Keeps pictures in one folder, under names of its own: one from somebody's disk says nothing
    to others, and may hold what a URL may not."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(Product.picture, str(folder), allowed_extensions=tuple(KINDS))

    def generate_file_key(self, file_name: str, user: Any = None) -> str:
        """Never the same twice, so that browsers may keep what they have."""
        return f"{uuid.uuid4().hex}.{kind_of(file_name)}"

    async def store_file(self, file_name: str, file: IO[bytes], user: Any = None) -> str:
        """The name it is kept under. Raises ValueError, in words for staff, for no picture."""
        check_picture(kind_of(file_name), file)
        return await super().store_file(file_name, file, user)

    async def generate_file_url(self, file_key: str, root_url: str, user: Any = None) -> str:
        """Where shoppers see it too."""
        return f"/media/{file_key}" if NAME.fullmatch(file_key) else ""

    def holds(self, file_key: str) -> bool:
        return bool(NAME.fullmatch(file_key)) and (Path(self.media_path) / file_key).is_file()


def kind_of(file_name: str) -> str:
    """The extension, in small letters. Raises ValueError where we take no such files."""
    kind = Path(file_name).suffix.lower().removeprefix(".")
    if kind not in KINDS:
        raise ValueError(f"Please choose a picture: {', '.join(KINDS)}.")
    return kind


def check_picture(kind: str, file: IO[bytes]) -> None:
    """Raises ValueError where it is too large, or not what its name says. Rewinds it."""
    size = file.seek(0, 2)
    file.seek(0)
    start = file.read(BEGINNING)
    file.seek(0)
    if size > LARGEST_PICTURE:
        raise ValueError(f"A picture may have {LARGEST_PICTURE // 1024 // 1024} MB at most.")
    if not KINDS[kind](start):
        raise ValueError(f"This is not a {kind} file, whatever its name says.")
