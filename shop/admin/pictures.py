"""Uploads of the admin: what is accepted as a picture, and converted."""

import asyncio
import uuid
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import IO, Any

from piccolo_api.media.base import MediaStorage

from shop.admin.gate.body import LARGEST_PICTURE
from shop.admin.i18n import current_language
from shop.admin.picture_encoding import UnfitPicture, decoded, encoded, logo_files
from shop.errors import N_
from shop.pictures.service import PictureService
from shop.products.tables import Product
from shop.web.i18n import translate
from shop.web.pictures import FILE_NAME, Logo, Picture

NOT_HERE = "PictureService.sweep removes unused pictures"


class PictureUploads(MediaStorage):
    """Stores pictures under generated names: uploaded names may hold private text or characters
    that a URL cannot.

    They are converted beside the event loop, one after the other: shoppers need the processor too.
    """

    def __init__(self, pictures: PictureService) -> None:
        super().__init__(Product.picture)
        self._pictures = pictures
        self._one_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="pictures")

    def __hash__(self) -> int:
        return id(self)  # Piccolo compares by it

    async def store_file(self, file_name: str, file: IO[bytes], user: Any = None) -> str:
        """The name it is kept under, never the same twice, so that browsers may keep what they
        have. Raises ValueError, with a message for staff, for a file that is
        not a picture, and PicturesUnavailable."""
        try:
            return await self.keep(file_name, file, uuid.uuid4().hex)
        except UnfitPicture as unfit:
            raise ValueError(
                translate(current_language.get(), unfit.message, unfit.values)
            ) from unfit

    async def keep(self, file_name: str, file: IO[bytes], picture_id: str) -> str:
        """Stores a picture under an id that no other content has. The name of its largest file.
        Raises UnfitPicture or PicturesUnavailable."""
        loop = asyncio.get_running_loop()
        picture, files = await loop.run_in_executor(
            self._one_thread, _converted, file_name, file, picture_id
        )
        await self._pictures.keep(picture.name, files)
        return picture.name

    async def keep_logo(self, file_name: str, file: IO[bytes], logo_id: str) -> str:
        """As `keep`, for a logo."""
        loop = asyncio.get_running_loop()
        logo, files = await loop.run_in_executor(
            self._one_thread, _logo_of, file_name, file, logo_id
        )
        await self._pictures.keep(logo.name, files)
        return logo.name

    async def generate_file_url(self, file_key: str, root_url: str, user: Any = None) -> str:
        """Where shoppers see it too."""
        return f"/media/{file_key}" if FILE_NAME.fullmatch(file_key) else ""

    async def get_file(self, file_key: str) -> IO[bytes] | None:
        content = await self._pictures.read(file_key)
        return None if content is None else BytesIO(content)

    async def delete_file(self, file_key: str) -> None:
        raise NotImplementedError(NOT_HERE)

    async def bulk_delete_files(self, file_keys: list[str]) -> None:
        raise NotImplementedError(NOT_HERE)

    async def get_file_keys(self) -> list[str]:
        raise NotImplementedError(NOT_HERE)


def _converted(
    file_name: str, file: IO[bytes], picture_id: str
) -> tuple[Picture, dict[str, bytes]]:
    refuse_svg(file_name)
    check_length(file)
    image = decoded(file)
    picture = Picture(picture_id, *image.size)
    return picture, encoded(image, picture)


def _logo_of(file_name: str, file: IO[bytes], logo_id: str) -> tuple[Logo, dict[str, bytes]]:
    refuse_svg(file_name)
    check_length(file)
    return logo_files(file, logo_id)


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
