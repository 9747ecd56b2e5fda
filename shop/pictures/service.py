"""Uploaded pictures: kept, claimed by products, and removed when none has used them for a week."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from shop.errors import PicturesUnavailable
from shop.pictures.repository import PictureRepository
from shop.pictures.store import PictureStore
from shop.web.pictures import files_of

UNUSED_FOR = timedelta(days=7)
"""Kept so long: for a form that stays open, and for a backup of the database that is older than
that of the pictures."""
AT_ONCE = 50
"""Pictures that a sweep removes."""


class PictureService:
    """`packaged` is a folder of pictures that every version of the shop brings along."""

    def __init__(self, pictures: PictureRepository, store: PictureStore, packaged: Path) -> None:
        self._pictures, self._store, self._packaged = pictures, store, packaged
        self._packaged_names = frozenset(path.name for path in packaged.iterdir())

    async def read(self, name: str) -> bytes | None:
        """A file of a picture, None if there is none. Raises PicturesUnavailable."""
        if name in self._packaged_names:
            return await asyncio.to_thread((self._packaged / name).read_bytes)
        return await self._store.read(name)

    async def keep(self, name: str, files: Mapping[str, bytes]) -> None:
        """Stores a picture, unless it is there already. Raises PicturesUnavailable or
        Unavailable; then it cannot be claimed, and a later sweep removes the file."""
        state = await self._pictures.begin_upload(name)
        if state is None:
            raise PicturesUnavailable("the same picture is being removed")
        if state == "stored":
            return
        await self._store.write(files)
        await self._pictures.end_upload(name)

    async def exists(self, name: str) -> bool:
        """Whether it can be claimed now."""
        return name in self._packaged_names or await self._pictures.exists(name)

    async def claim(self, name: str) -> bool:
        """Whether a product may have this picture. Call it in the transaction that gives it."""
        return name in self._packaged_names or await self._pictures.claim(name)

    async def release(self, product_id: int) -> None:
        """Call it in the transaction that gives the product another picture, before that."""
        await self._pictures.release(product_id)

    async def release_logo(self) -> None:
        """Call it in the transaction that gives the shop another logo, before that."""
        await self._pictures.release_logo()

    async def release_all(self, names: Sequence[str]) -> None:
        """Call it in the transaction that takes these pictures from a product."""
        await self._pictures.release_all(names)

    async def sweep(self) -> None:
        """Removes pictures that nothing has used for a week. Raises PicturesUnavailable or
        Unavailable; the next sweep then removes the rest."""
        await self._pictures.keep_used(UNUSED_FOR)
        names = await self._pictures.begin_removal(UNUSED_FOR, AT_ONCE)
        for name in names:
            await self._store.remove(files_of(name))
        if names:
            await self._pictures.end_removal(names)
