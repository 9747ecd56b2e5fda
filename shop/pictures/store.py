"""Where files of pictures are kept: what every store does, and the folder. See also `bucket`."""

import asyncio
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from shop.errors import PicturesUnavailable


class PictureStore(Protocol):
    """Every method raises PicturesUnavailable if the store fails or does not answer in time."""

    async def read(self, name: str) -> bytes | None:
        """The file, None if there is none."""

    async def write(self, files: Mapping[str, bytes]) -> None:
        """Stores all files, in this order. After an error some of them may be there, but each is
        whole."""

    async def remove(self, names: Iterable[str]) -> None:
        """Removes those that are there."""


class FolderStore:
    """A folder, whose files are read and written in threads: it may be on another machine."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def read(self, name: str) -> bytes | None:
        return await asyncio.to_thread(self._read, name)

    async def write(self, files: Mapping[str, bytes]) -> None:
        await asyncio.to_thread(self._write, files)

    async def remove(self, names: Iterable[str]) -> None:
        await asyncio.to_thread(self._remove, names)

    def _read(self, name: str) -> bytes | None:
        with _unavailable():
            try:
                return (self._folder / name).read_bytes()
            except (FileNotFoundError, IsADirectoryError):
                return None

    def _write(self, files: Mapping[str, bytes]) -> None:
        with _unavailable():
            self._folder.mkdir(parents=True, exist_ok=True)
            try:
                for name, content in files.items():
                    unfinished = self._folder / f".{name}"  # served to nobody
                    unfinished.write_bytes(content)
                    unfinished.replace(self._folder / name)
            except BaseException:
                self._remove([*files, *(f".{name}" for name in files)])
                raise

    def _remove(self, names: Iterable[str]) -> None:
        with _unavailable():
            for name in names:
                (self._folder / name).unlink(missing_ok=True)


@contextmanager
def _unavailable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PicturesUnavailable(str(error)) from error
