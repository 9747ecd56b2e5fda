"""Pictures of products: what staff may upload, and where it is kept."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any

from piccolo_api.media.local import LocalMediaStorage

from shop.admin.gate.body import LARGEST_PICTURE
from shop.admin.i18n import current_language
from shop.admin.picture_encoding import UnfitPicture, decoded, encoded
from shop.errors import N_
from shop.products.tables import Product
from shop.web.i18n import translate
from shop.web.pictures import Picture
from shop.web.routes.media import NAME


class PictureStorage(LocalMediaStorage):
    """Stores pictures in one folder under generated names: uploaded names may hold private text
    or characters that a URL cannot.

    They are converted beside the event loop, one after the other: shoppers need the processor too.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        one_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")
        super().__init__(Product.picture, str(folder), one_thread)

    async def store_file(self, file_name: str, file: IO[bytes], user: Any = None) -> str:
        """The name it is kept under, never the same twice, so that browsers may keep what they
        have. Raises ValueError, in words for staff, for no picture."""
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self.executor, self._keep, file_name, file)
        except UnfitPicture as unfit:
            raise ValueError(
                translate(current_language.get(), unfit.message, unfit.values)
            ) from unfit

    async def generate_file_url(self, file_key: str, root_url: str, user: Any = None) -> str:
        """Where shoppers see it too."""
        return f"/media/{file_key}" if NAME.fullmatch(file_key) else ""

    def holds(self, file_key: str) -> bool:
        return bool(NAME.fullmatch(file_key)) and (Path(self.media_path) / file_key).is_file()

    def _keep(self, file_name: str, file: IO[bytes]) -> str:
        refuse_svg(file_name)
        check_length(file)
        image = decoded(file)
        picture = Picture(uuid.uuid4().hex, *image.size)
        write_all(Path(self.media_path), encoded(image, picture))
        return picture.name


def refuse_svg(file_name: str) -> None:
    """Raises UnfitPicture, which says what to do instead."""
    if file_name.lower().endswith((".svg", ".svgz")):
        raise UnfitPicture(
            N_("SVG files can contain scripts and are not accepted. Please save it as a PNG first.")
        )


def check_length(file: IO[bytes]) -> None:
    """Raises UnfitPicture where it is too large. Rewinds it."""
    if file.seek(0, 2) > LARGEST_PICTURE:
        raise UnfitPicture(N_("Pictures can be up to %(most)s MB."), most=LARGEST_PICTURE >> 20)
    file.seek(0)


def write_all(folder: Path, files: dict[str, bytes]) -> None:
    """All of them or none, and none that is half written under its own name."""
    try:
        for name, content in files.items():
            unfinished = folder / f".{name}"  # served to nobody
            unfinished.write_bytes(content)
            unfinished.replace(folder / name)
    except BaseException:
        for name in files:
            (folder / f".{name}").unlink(missing_ok=True)
            (folder / name).unlink(missing_ok=True)
        raise
